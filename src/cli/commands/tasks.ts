import { type KnownTask, listTasks } from '../../look/tasks.ts';
import { presentTask } from '../../wire/present-fleet.ts';
import type { Command } from '../command.ts';
import { describeDuration } from '../terminal/describe-time.ts';
import type { Column } from '../terminal/table.ts';

const COLUMNS: readonly Column<KnownTask>[] = [
  { title: 'TASK', text: ({ name }) => name, style: () => 'bold' },
  { title: 'QUEUE', text: ({ queue }) => queue },
  { title: 'APPLICATION', text: ({ application }) => application },
  { title: 'RETRIES', text: ({ maxRetries }) => String(maxRetries), align: 'right' },
  {
    title: 'TIME LIMIT',
    text: ({ timeoutMs }) => (timeoutMs === 0 ? 'none' : describeDuration(timeoutMs)),
    align: 'right',
  },
  { title: 'ORDER BY', text: ({ orderBy }) => orderBy ?? '-' },
  { title: 'GOES TO', text: ({ routes }) => routes.map(inWords).join(', ') || '-' },
  {
    title: 'WORKERS',
    text: ({ workerCount }) => String(workerCount),
    align: 'right',
    style: ({ workerCount }) => (workerCount === 0 ? 'red' : undefined),
  },
];

function inWords(route: string): string {
  return route === 'postgres' ? 'here' : route;
}

export const tasks: Command = {
  examples: [
    ['tasks', 'every task'],
    [
      `tasks --json | jq '.[] | select(.name == "send_welcome_email") | .payload_schema'`,
      'what its payload must be',
    ],
  ],
  async run({ output, connect }) {
    const { db } = await connect();
    output.list(await listTasks(db), {
      columns: COLUMNS,
      present: presentTask,
      empty: 'No process has announced a task yet; the first start does.',
    });
    return 0;
  },
};
