import { registerHooks } from 'node:module';
import { endEarlyOnSignals } from '../../start/signals/end-early.ts';
import type { Loaded } from './relevant-files.ts';

// The process that `howdah dev` starts: worker and API of the file in its first argument. Whatever becomes of the one that
// started it, also by SIGKILL, this one ends with it. It tells that one which files it is made of.
endEarlyOnSignals(true);
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
(await import('../../start/tell-start.ts')).tellStart();

const [{ requireApp }, { readAppFile }, { runCommand }, { describeFailure }] = await Promise.all([
  import('../../app/find-app.ts'),
  import('../../config.ts'),
  import('../../start/run-command.ts'),
  import('../describe-failure.ts'),
]);

const tell = (loaded: Loaded) => {
  if (process.connected) process.send?.(loaded);
};

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    if (found.url.startsWith('file:') && !found.url.includes('/node_modules/')) tell({ module: found.url });
    return found;
  },
});

try {
  const [, , file = readAppFile()] = process.argv;
  const app = await requireApp({ file });
  const { tasks, crontab, migrations } = app;
  const folders = [tasks, migrations].flatMap((each) => (each instanceof URL ? each.href : []));
  tell({ folders, files: crontab ? [crontab.href] : [] });
  await runCommand('all', app);
  tell('up');
} catch (error) {
  const failure = describeFailure(error);
  if (!failure) throw error;
  process.stderr.write(`howdah: ${failure.message}\n`);
  process.exitCode = failure.exitCode;
}
