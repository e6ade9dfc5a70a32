import { readdirSync, readFileSync } from 'node:fs';
import { waitFor } from './wait-for.ts';

/** SIGSTOP, resolved when no thread of the process runs any more: it answers nothing, and its connections stay open. */
export async function freeze(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await waitFor('every thread to stand still', () => threadStates(pid).every((state) => state === 'T'));
}

/** Source: proc_pid_stat(5), of whose fields the name in parentheses may hold anything. */
function threadStates(pid: number): (string | undefined)[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const text = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2)[0];
  });
}
