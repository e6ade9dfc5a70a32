import { endEarlyOnSignals } from '../start/signals/end-early.ts';
import { withinSmallHeap } from '../start/within-small-heap.ts';
import { APP_OPTIONS } from './arguments/app-options.ts';
import type { Call, Command, ExitCode } from './command.ts';

/** A command that runs a service in this process until it is told to stop. */
export function serviceCommand(
  role: 'all' | 'api' | 'worker',
  texts: Pick<Command, 'about' | 'examples'>,
): Command {
  return { ...texts, options: APP_OPTIONS, run: (call) => serve(role, call) };
}

/** Resolves once the service is up; it then keeps the process alive. What kept it from starting is told by itself. */
async function serve(role: 'all' | 'api' | 'worker', { requireApp }: Call): Promise<ExitCode> {
  endEarlyOnSignals(true);
  (await import('../start/tell-start.ts')).tellStart();
  await withinSmallHeap(async () => {
    const { runCommand } = await import('../start/run-command.ts');
    await runCommand(role, await requireApp());
  });
  return process.exitCode === undefined ? 0 : 1;
}
