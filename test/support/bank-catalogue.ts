import { loadTasks } from '../../src/app/load-tasks.ts';
import bank from '../../src/bank/app.ts';

/** What the bank's workers can run. */
export const { catalogue } = await loadTasks(bank);
