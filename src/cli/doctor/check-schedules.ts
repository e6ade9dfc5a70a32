import type { Session } from '../../db/connections/session.ts';
import { error, type Finding, warning } from './finding.ts';

interface ScheduleState {
  identifier: string;
  queue: string;
  lastError: string | null;
  /** Seconds that its latest run is ahead of the database's clock; null when it is not. */
  aheadSeconds: number | null;
}

const SELECT = `
  select identifier, queue, last_error as "lastError",
         case when last_run_at > clock_timestamp() + interval '1 minute'
              then extract(epoch from last_run_at - clock_timestamp())::float8 end as "aheadSeconds"
  from howdah.schedules
  order by identifier, queue`;

/** Entries of the crontab whose latest tick failed, or that were marked as done ahead of time; nothing when all is well. */
export async function checkSchedules(session: Session): Promise<Finding[]> {
  const { rows } = await session.query<ScheduleState>(SELECT);
  return rows.flatMap(judgeSchedule);
}

export function judgeSchedule({ identifier, queue, lastError, aheadSeconds }: ScheduleState): Finding[] {
  const name = `schedule "${identifier}" of queue "${queue}"`;
  const failed =
    lastError === null
      ? []
      : [
          error(
            `${name} cannot enqueue its job: ${lastError}`,
            'mend that; it is tried again at least every minute',
          ),
        ];
  const ahead =
    aheadSeconds === null
      ? []
      : [
          warning(
            `${name} was marked as done up to ${Math.round(aheadSeconds)} s ahead of the database's clock`,
            'a worker of this version brings it back within a minute; have the clocks of all machines set by NTP',
          ),
        ];
  return [...failed, ...ahead];
}
