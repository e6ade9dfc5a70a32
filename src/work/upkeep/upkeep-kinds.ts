import type { BatchedWork } from './in-batches.ts';

/** Something that one of all workers does beside its jobs, once in a while. */
export interface UpkeepKind extends BatchedWork {
  /** As in `howdah.upkeep`. */
  kind: string;
  /** How often, in milliseconds. */
  periodMs: number;
}

export interface UpkeepSettings {
  /** How long rows of the audit log are kept, in milliseconds. @default 90 days */
  auditRetentionMs?: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** All there is to be done. */
export function upkeepKinds({ auditRetentionMs = 90 * DAY_MS }: UpkeepSettings = {}): UpkeepKind[] {
  return [
    {
      kind: 'finished_jobs',
      periodMs: MINUTE_MS,
      statement: 'select count, is_rest from howdah.remove_finished_jobs($1)',
    },
    {
      kind: 'runners',
      periodMs: 10 * MINUTE_MS,
      statement: 'select howdah.prune_runners($1) as count',
    },
    {
      kind: 'audit_log',
      periodMs: 60 * MINUTE_MS,
      statement: 'select howdah.prune_audit_log(make_interval(secs => $2), $1) as count',
      values: [auditRetentionMs / 1_000],
    },
    {
      kind: 'sources',
      periodMs: 10 * MINUTE_MS,
      statement: 'select howdah.prune_sources($1) as count',
    },
    {
      kind: 'former_tasks',
      periodMs: MINUTE_MS,
      statement: 'select howdah.drop_former_tasks($1) as count',
    },
    {
      kind: 'charts',
      periodMs: MINUTE_MS / 2,
      statement: 'select count, is_rest from howdah.keep_charts($1)',
    },
  ];
}
