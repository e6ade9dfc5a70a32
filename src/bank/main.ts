import { endEarlyOnSignals } from '../start/end-early.ts';

// Before anything else is loaded: that takes a second or more, in which a process 1 would ignore signals for good.
const [, , command = 'all'] = process.argv;
endEarlyOnSignals(command !== 'migrate');

const [{ runCommand }, { default: bank }] = await Promise.all([
  import('../start/run-command.ts'),
  import('./app.ts'),
]);
await runCommand(command, bank);
