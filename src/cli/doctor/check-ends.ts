import type { Session } from '../../db/connections/session.ts';
import { error, type Finding, ok } from './finding.ts';

/** Heard of lately, and with ends that the database does not take; or lost, and with jobs it does not give back. */
const TROUBLED = `
  select r.queue, r.host, r.pid, cardinality(r.unrecorded) as "unrecordedCount", r.trouble, r.is_stalled as "isStalled"
  from howdah.runners r where howdah.is_alive(r) and r.trouble is not null
  order by r.queue, r.started_at`;
const UNRELEASED = `
  select r.queue, r.host, r.pid from howdah.runners r
  where r.released_at is null and r.retired_at < now() - interval '1 minute'
  order by r.queue, r.started_at`;

interface Troubled {
  queue: string;
  host: string;
  /** null for a worker over HTTP. */
  pid: number | null;
  unrecordedCount: number;
  trouble: string;
  isStalled: boolean;
}

/** Whether what runs did is recorded: jobs whose end is not stay locked, and may run again when their worker is gone. */
export async function checkEnds(session: Session): Promise<Finding[]> {
  const { rows: troubled } = await session.query<Troubled>(TROUBLED);
  const { rows: unreleased } = await session.query<Troubled>(UNRELEASED);
  const findings = [...troubled.map(describeTrouble), ...unreleased.map(describeUnreleased)];
  return findings.length === 0 ? [ok('ends of runs')] : findings;
}

function describeTrouble({ queue, host, pid, unrecordedCount, trouble, isStalled }: Troubled): Finding {
  const stalled = isStalled ? ', which begins no further run' : '';
  return error(
    `queue "${queue}": ${unrecordedCount} ends of runs cannot be written by process ${pid} of ${host}${stalled}: ${trouble}`,
    'mend what the database says (a full disk, a trigger, a right, a lock); the worker then writes them and goes on',
  );
}

function describeUnreleased({ queue, host, pid }: Troubled): Finding {
  return error(
    `queue "${queue}": jobs of ${pid === null ? `the worker ${host} over HTTP` : `process ${pid} of ${host}`}, which is lost, cannot be given back`,
    'see what the logs of the workers say of it, and end the transactions that hold its jobs',
  );
}
