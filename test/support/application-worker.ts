/**
 * `node src/main.ts worker` of an application of its own: its tasks take `{"for": <application>}` alone, and write
 * `ran <task> <id>`. Arguments: application, tasks. The rest comes from the environment, as ever.
 */
import { z } from 'zod';
import { defineApp } from '../../src/app/define-app.ts';
import { runCommand } from '../../src/start/run-command.ts';
import { bind } from '../../src/tasks/bind.ts';
import { defineTask } from '../../src/tasks/define-task.ts';

const [name = '', ...tasks] = process.argv.slice(2);
const payload = z.strictObject({ for: z.literal(name) });
const app = defineApp({
  name,
  tasks: tasks.map((task) =>
    bind(defineTask({ name: task, payload }), async (_, { job }) => {
      process.stdout.write(`ran ${task} ${job.id}\n`);
    }),
  ),
});
await runCommand('worker', app);
