/** The tick of the clock that enqueued a job. */
export interface CronTick {
  /** The minute that the schedule named. */
  readonly at: Date;
  /** Whether the tick was missed and made up for. */
  readonly isBackfilled: boolean;
}

/** The engine adds the tick to the payload of a scheduled job; the task's schema knows nothing of it. */
export function splitCronTick(payload: unknown): { payload: unknown; cron?: CronTick } {
  const tick = readTick(payload);
  if (!tick) return { payload };
  const { _cron, ...rest } = payload as Record<string, unknown>;
  return { payload: rest, cron: tick };
}

/** Undefined for a payload without a tick, also when it has something of its own by that name. */
function readTick(payload: unknown): CronTick | undefined {
  if (typeof payload !== 'object' || payload === null || !('_cron' in payload)) return undefined;
  const { ts, backfilled } = (payload._cron ?? {}) as { ts?: unknown; backfilled?: unknown };
  if (typeof ts !== 'string' || typeof backfilled !== 'boolean') return undefined;
  const at = new Date(ts);
  return Number.isNaN(at.getTime()) ? undefined : { at, isBackfilled: backfilled };
}
