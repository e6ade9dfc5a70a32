import type { z } from '@hono/zod-openapi';
import { formatDuration } from '../config/settings/duration.ts';
import { withRawNumbers } from '../db/exact-json.ts';
import type { BrokerState } from '../look/brokers.ts';
import type { Schedule } from '../look/schedules.ts';
import type { KnownTask } from '../look/tasks.ts';
import type { UpkeepState } from '../look/upkeep.ts';
import type { Worker } from '../look/workers.ts';
import { iso } from './present-job.ts';
import type { brokerState, schedule, task, worker } from './schemas/fleet.ts';
import { REDACTED, withholdFields } from './withhold-fields.ts';

export function presentWorker(found: Worker): z.infer<typeof worker> {
  const { runningCount, startedAt, heartbeatAt, poolId, tasks, blockedSince, ...others } = found;
  const { heartbeatAgeSeconds, memoryBytes, runningJobs, expiresAt, brokers, ...rest } = others;
  return {
    ...rest,
    running: runningCount,
    running_jobs: runningJobs,
    heartbeat_age_seconds: heartbeatAgeSeconds,
    memory_bytes: memoryBytes,
    started_at: startedAt.toISOString(),
    heartbeat_at: heartbeatAt.toISOString(),
    expires_at: iso(expiresAt),
    pool_id: poolId,
    tasks,
    blocked_since: iso(blockedSince),
    brokers: brokers.map((broker) => ({ ...broker, since: iso(broker.since) })),
  };
}

export function presentBroker(found: BrokerState): z.infer<typeof brokerState> {
  const {
    broker: name,
    workerCount: workers,
    downCount: down_in,
    since,
    waitingCount: waiting,
    ...rest
  } = found;
  return { name, workers, down_in, since: iso(since), waiting, ...rest };
}

export function presentTask(found: KnownTask): z.infer<typeof task> {
  const { name, application, queue, maxRetries, timeoutMs, orderBy, routes, payloadSchema, workerCount } =
    found;
  return {
    ...{ name, application, queue, max_retries: maxRetries, timeout: formatDuration(timeoutMs) },
    order_by: orderBy,
    routes,
    payload_schema: payloadSchema,
    workers: workerCount,
  };
}

/** With the payload for an operator, without it for a reader. */
export function presentSchedule(
  found: Schedule,
  caller: 'admin' | 'viewer' | undefined,
): z.infer<typeof schedule> {
  const { lastRunAt, nextRunAt, lastError, lastErrorAt, payload, isOrphaned, ...others } = found;
  const { redactedFields, ...rest } = others;
  return {
    ...rest,
    payload:
      caller === 'admin' || payload === null
        ? withRawNumbers(withholdFields(payload, redactedFields))
        : REDACTED,
    last_run_at: iso(lastRunAt),
    next_run_at: iso(nextRunAt),
    last_error: lastError,
    last_error_at: iso(lastErrorAt),
    is_orphaned: isOrphaned,
  };
}

export function presentUpkeep(found: UpkeepState) {
  const { kind, periodMs, lastError, host, pid } = found;
  return {
    kind,
    period: formatDuration(periodMs),
    last_started_at: iso(found.lastStartedAt),
    last_succeeded_at: iso(found.lastSucceededAt),
    last_removed: found.lastRemoved,
    removed_total: found.removedTotal,
    last_error: lastError,
    next_due_at: iso(found.nextDueAt),
    host,
    pid,
  };
}
