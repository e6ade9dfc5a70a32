import { readdirSync, readFileSync } from 'node:fs';

/** Of Linux, on every machine that Node runs on: proc(5), `sysconf(_SC_CLK_TCK)`. */
const TICKS_PER_SECOND = 100;

/** What the kernel tells of processes. */
export interface Processes {
  ids(): readonly number[];
  /** Undefined of one that has ended. */
  statOf(pid: number): Stat | undefined;
}

/** CPU time in ticks. */
export interface Stat {
  parent: number;
  own: number;
  /** That of its children which have ended. */
  ended: number;
}

/**
 * CPU time of a server so far, with all its processes, those included that have ended: milliseconds, user and system.
 *
 * Processes are read one after the other. A child that ends after its parent was read and before itself is in neither, with
 * all it ever took; so this reads again until nothing has been added to what the parent has of ended ones meanwhile.
 *
 * @param pid of its first process, whose children the others are
 */
export function serverCpuMs(pid: number, processes: Processes = LINUX): number {
  for (;;) {
    const before = processes.statOf(pid);
    const children = processes
      .ids()
      .map((id) => processes.statOf(id))
      .filter((stat) => stat?.parent === pid);
    const after = processes.statOf(pid);
    if (before?.ended !== after?.ended) continue;
    const ticks = children.reduce((sum, child) => sum + (child?.own ?? 0), 0);
    return ((ticks + (after?.own ?? 0) + (after?.ended ?? 0)) * 1_000) / TICKS_PER_SECOND;
  }
}

const LINUX: Processes = {
  ids: () =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number),
  /** Source: proc_pid_stat(5), of whose fields the name in parentheses may hold anything. */
  statOf(pid) {
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
  },
};
