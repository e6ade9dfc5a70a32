import type { z } from '@hono/zod-openapi';
import type { MessageSource } from '../look/sources.ts';
import { iso } from './present-job.ts';
import type { source } from './schemas/source.ts';

export function presentSource(found: MessageSource): z.infer<typeof source> {
  const { name, broker, place, task, application, state, explanation, remedy } = found;
  return {
    ...{ name, broker, place, task, application, state, explanation, remedy },
    readers: found.readerCount,
    lag: found.lagCount,
    partitions: found.partitionCount,
    unread_partitions: found.unreadPartitionCount,
    taken: found.takenCount,
    duplicates: found.duplicateCount,
    discarded: found.discardedCount,
    without_id: found.withoutIdCount,
    lost: found.lostCount,
    last_taken_at: iso(found.lastTakenAt),
    trouble: found.trouble,
    trouble_since: iso(found.troubleSince),
    refused_because: found.refusedBecause,
    refused_at: iso(found.refusedAt),
    paused_at: iso(found.pausedAt),
    paused_by: found.pausedBy,
  };
}
