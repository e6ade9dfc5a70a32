import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * As long as the stack lives, all temporary folders of this process and its children are in one, which is gone afterwards, as are
 * the servers that are named to what is returned: with the stack, or where nobody disposes of that, as this process is interrupted
 * or fails, at its end.
 */
export function leaveNothing(stack: AsyncDisposableStack): (pid: number) => void {
  const folder = mkdtempSync(join(tmpdir(), 'howdah-bench-'));
  const pids: number[] = [];
  const before = process.env.TMPDIR;
  chmodSync(folder, 0o711); // the server's account may not be this one
  process.env.TMPDIR = folder;
  const leave = () => process.exit(1);
  const end = () => {
    for (const pid of pids) process.kill(pid, 'SIGQUIT');
    remove(folder);
  };
  for (const signal of SIGNALS) process.once(signal, leave);
  process.once('exit', end);
  stack.defer(() => {
    process.off('exit', end);
    for (const signal of SIGNALS) process.off(signal, leave);
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    remove(folder);
  });
  return (pid) => void pids.push(pid);
}

/**
 * Servers that are about to end still write into it, and remove files themselves: of one that has just gone `rmSync` says nothing,
 * and leaves the rest (Node 24). Nothing is waited for at the end of a process but so.
 */
function remove(folder: string): void {
  for (let triesLeft = 50; existsSync(folder) && triesLeft > 0; triesLeft -= 1) {
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  }
}
