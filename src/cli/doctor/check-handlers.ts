import type { Session } from '../../db/connections/session.ts';
import { type Finding, ok, warning } from './finding.ts';

/** Processes heard of lately whose event loop does not turn, with what is at work there in all queues. */
const BLOCKED = `
  select r.host, r.pid, extract(epoch from clock_timestamp() - min(r.blocked_since))::float8 as seconds,
         array(select id::text from howdah.runners o, unnest(o.running) id
               where o.process = r.process and howdah.is_alive(o) order by id) as ids
  from howdah.runners r where howdah.is_alive(r) and r.blocked_since is not null
  group by r.process, r.host, r.pid order by r.host, r.pid`;
const ABANDONED = `
  select r.queue, r.host, r.pid, r.abandoned::text[] as ids
  from howdah.runners r where howdah.is_alive(r) and r.abandoned <> '{}' order by r.queue, r.started_at`;

/** Ids that a line tells. */
const MAX_IDS = 20;

interface Blocked {
  host: string;
  pid: number;
  seconds: number;
  ids: string[];
}

interface Abandoned {
  queue: string;
  host: string;
  pid: number;
  ids: string[];
}

/** Whether handlers let others run and end when they should. */
export async function checkHandlers(session: Session): Promise<Finding[]> {
  const { rows: blocked } = await session.query<Blocked>(BLOCKED);
  const { rows: abandoned } = await session.query<Abandoned>(ABANDONED);
  const findings = [...blocked.map(describeBlock), ...abandoned.map(describeAbandoned)];
  return findings.length === 0 ? [ok('handlers')] : findings;
}

function describeBlock({ host, pid, seconds, ids }: Blocked): Finding {
  const atWork = ids.length === 0 ? '' : ` (jobs at work: ${list(ids)})`;
  return warning(
    `the event loop of process ${pid} of ${host} has been blocked for ${Math.round(seconds)} s, and every run there stands still${atWork}`,
    "give CPU-bound work a thread of its own: isolate: 'thread' of its task, see docs/adding-a-task.md",
  );
}

function describeAbandoned({ queue, host, pid, ids }: Abandoned): Finding {
  const goOn =
    ids.length === 1
      ? '1 handler goes on although its run'
      : `${ids.length} handlers go on although their runs`;
  return warning(
    `queue "${queue}": ${goOn} should be over, in process ${pid} of ${host} (job${ids.length === 1 ? '' : 's'} ${list(ids)})`,
    "have the tasks pass signal to whatever they wait for, or give them isolate: 'thread'",
  );
}

function list(ids: readonly string[]): string {
  return `${ids.slice(0, MAX_IDS).join(', ')}${ids.length > MAX_IDS ? ', …' : ''}`;
}
