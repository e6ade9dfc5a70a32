import { endEarlyOnSignals } from '../start/signals/end-early.ts';

// Before anything else is loaded: that takes a second or more, in which a process 1 would ignore signals for good.
const [, , command = 'all'] = process.argv;
endEarlyOnSignals(command !== 'migrate');
if (command !== 'migrate') (await import('../start/tell-start.ts')).tellStart();

const [{ runApp }, { default: bank }] = await Promise.all([import('../index.ts'), import('./app.ts')]);
await runApp(command, bank);
