import { readdirSync, readFileSync } from 'node:fs';

/** Of Linux, on every machine that Node runs on: proc(5), `sysconf(_SC_CLK_TCK)`. */
const TICKS_PER_SECOND = 100;

/**
 * CPU time of a server so far, with all its processes, those included that have ended: milliseconds, user and system.
 *
 * @param pid of its first process, whose children the others are
 */
export function serverCpuMs(pid: number): number {
  let ticks = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = statOf(Number(name));
    if (!stat) continue;
    if (Number(name) === pid) ticks += stat.own + stat.ended;
    else if (stat.parent === pid) ticks += stat.own;
  }
  return (ticks * 1_000) / TICKS_PER_SECOND;
}

/** Source: proc_pid_stat(5), of whose fields the name in parentheses may hold anything. */
function statOf(pid: number): { parent: number; own: number; ended: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [, parent = 0] = fields;
    const [userTime = 0, systemTime = 0, endedUserTime = 0, endedSystemTime = 0] = fields.slice(11, 15);
    return { parent, own: userTime + systemTime, ended: endedUserTime + endedSystemTime };
  } catch {
    return undefined; // it has just ended
  }
}
