import { requireApp } from '../../app/find-app.ts';
import { readAppFile } from '../../config.ts';
import { runCommand } from '../../start/run-command.ts';
import { endEarlyOnSignals } from '../../start/signals/end-early.ts';
import { describeFailure } from '../describe-failure.ts';

// The process that `howdah dev` starts: worker and API of the file in its first argument. Whatever becomes of the one that
// started it, also by SIGKILL, this one ends with it.
endEarlyOnSignals(true);
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();

try {
  const [, , file = readAppFile()] = process.argv;
  await runCommand('all', await requireApp({ file }));
} catch (error) {
  const failure = describeFailure(error);
  if (!failure) throw error;
  process.stderr.write(`howdah: ${failure.message}\n`);
  process.exitCode = failure.exitCode;
}
