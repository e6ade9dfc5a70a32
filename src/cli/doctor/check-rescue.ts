import { openSession, type Session } from '../../db/connections/session.ts';
import { error, type Finding, ok, warning } from './finding.ts';

const CONNECT_TIMEOUT_MS = 5_000;

/** A rescue that has nothing in its way takes less. */
const STUCK_AFTER_SECONDS = 15;

const FOREIGN_ROLES = `
  select distinct b.role
  from howdah.runners r, howdah.runner_backends(r.token) b
  where r.released_at is null and not b.may_end and not b.is_handler
  order by b.role`;

const STUCK = `
  select r.queue, r.host, r.pid, howdah.describe_holders(r) as "heldBy",
         round(extract(epoch from clock_timestamp() - r.retired_at))::integer as seconds
  from howdah.runners r
  where r.released_at is null and r.retired_at < clock_timestamp() - interval '${STUCK_AFTER_SECONDS} seconds'`;

interface StuckRescue {
  queue: string;
  host: string;
  pid: number | null;
  heldBy: string | null;
  seconds: number;
}

/**
 * Whether jobs of lost workers are given back, and how fast. That this role may end sessions is tried on one of its own;
 * nothing but time depends on it.
 */
export async function checkRescue(session: Session, connectionString: string): Promise<Finding[]> {
  const { rows: stuck } = await session.query<StuckRescue>(STUCK);
  const { rows: roles } = await session.query<{ role: string }>(FOREIGN_ROLES);
  const canEnd = await canEndOwnSession(session, connectionString);
  if (!canEnd || roles.length > 0) return [...stuck.map(reportStuck), reportLimits(roles, canEnd)];
  return [...stuck.map(reportStuck), ok('sessions of a lost worker can be ended at once')];
}

function reportStuck({ queue, host, pid, heldBy, seconds }: StuckRescue): Finding {
  const where = pid === null ? `${host}, over HTTP` : `host ${host}, process ${pid}`;
  const what = `jobs of a lost worker of queue "${queue}" (${where}) have not been given back for ${seconds} s`;
  return heldBy === null
    ? error(what, 'start a worker, of whatever queue: it gives them back')
    : error(
        `${what}, as this holds them: ${heldBy}`,
        'select pg_terminate_backend(<process>), as its role or a superuser',
      );
}

function reportLimits(roles: readonly { role: string }[], canEnd: boolean): Finding {
  const whose = canEnd ? `of ${roles.map(({ role }) => role).join(', ')}` : 'even of its own role';
  return warning(
    `this role may not end sessions ${whose}: rescue waits for the statements that a lost worker has under way`,
    'grant it pg_signal_backend and pg_read_all_stats, or have the workers share a role, if seconds matter',
  );
}

async function canEndOwnSession(session: Session, connectionString: string): Promise<boolean> {
  const own = await openSession({
    connectionString,
    applicationName: 'howdah doctor',
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
  });
  try {
    const { rows } = await own.query<{ pid: number }>('select pg_backend_pid() as pid');
    const ended = await session.query<{ isEnded: boolean }>(
      'select howdah.end_backend($1, 5000) as "isEnded"',
      [rows[0]?.pid],
    );
    return ended.rows[0]?.isEnded ?? false;
  } finally {
    await own.end().catch(() => {});
  }
}
