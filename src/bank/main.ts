import { endEarlyOnSignals } from '../start/signals/end-early.ts';
import { withinSmallHeap } from '../start/within-small-heap.ts';

// Before anything else is loaded: that takes a second or more, in which a process 1 would ignore signals for good.
const [, , command = 'all'] = process.argv;
endEarlyOnSignals(command !== 'migrate');
if (command !== 'migrate') (await import('../start/tell-start.ts')).tellStart();

await withinSmallHeap(async () => {
  const [{ runApp }, { default: bank }] = await Promise.all([import('../index.ts'), import('./app.ts')]);
  await runApp(command, bank);
});
