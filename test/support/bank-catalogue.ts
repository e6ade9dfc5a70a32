import { loadTasks } from '../../src/app/load-tasks.ts';
import bank from '../../src/bank/app.ts';

export const loadedBank = await loadTasks(bank);

/** What the bank's workers can run. */
export const { catalogue } = loadedBank;
