import { listWorkers, type Worker, type WorkerBroker } from '../../look/workers.ts';
import { presentWorker } from '../../wire/present-fleet.ts';
import type { Command } from '../command.ts';
import { describeInstant } from '../terminal/describe-time.ts';
import type { Column, Style } from '../terminal/table.ts';

const STYLES: Readonly<Record<Worker['state'], Style>> = {
  busy: 'cyan',
  idle: 'green',
  paused: 'yellow',
  blocked: 'red',
  silent: 'red',
};

const COLUMNS: readonly Column<Worker>[] = [
  { title: 'QUEUE', text: ({ queue }) => queue },
  { title: 'STATE', text: ({ state }) => state, style: ({ state }) => STYLES[state] },
  {
    title: 'RUNNING',
    text: ({ runningCount, concurrency, abandoned }) =>
      `${runningCount}/${concurrency}${abandoned.length > 0 ? ` !${abandoned.length}` : ''}`,
    align: 'right',
  },
  { title: 'HOST', text: ({ host }) => host },
  { title: 'PID', text: ({ pid }) => (pid === null ? '-' : String(pid)), align: 'right' },
  { title: 'KIND', text: ({ kind }) => kind },
  { title: 'STARTED', text: ({ startedAt }) => describeInstant(startedAt) },
  { title: 'HEARTBEAT', text: ({ heartbeatAt }) => describeInstant(heartbeatAt) },
  {
    title: 'BROKERS',
    text: ({ brokers }) => brokers.map(describeBroker).join('; ') || '-',
    style: ({ brokers }) => (brokers.some(isDown) ? 'red' : undefined),
  },
  { title: 'POOL', text: ({ poolId }) => poolId ?? '-' },
];

function isDown({ state }: WorkerBroker): boolean {
  return state === 'down';
}

function describeBroker({ name, state, since, because }: WorkerBroker): string {
  return state === 'up' || !since
    ? `${name} ${state}`
    : `${name} down since ${describeInstant(since)}: ${because}`;
}

export const workers: Command = {
  about: [
    'POOL is what jobs name as their worker; a silent worker’s jobs go to others, while a blocked one lives: a handler',
    'there does CPU-bound work, and keeps its event loop from turning. Handlers that ignore their signal are counted',
    'behind an exclamation mark: --json names their jobs. A worker over HTTP is a lease, HOST the name that it gave.',
    'BROKERS are where its jobs go that it hands over, and why one of them takes none.',
  ],
  examples: [
    ['workers', 'who serves which queue, and how busy it is'],
    ['workers --json | jq -r ".[].host" | sort -u', 'the machines'],
  ],
  async run({ output, connect }) {
    const { db } = await connect();
    output.list(await listWorkers(db), {
      columns: COLUMNS,
      present: presentWorker,
      empty: 'No worker is alive.',
    });
    return 0;
  },
};
