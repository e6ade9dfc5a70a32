import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { putJob } from '../support/job-states.ts';
import type { SeenExplanation } from './driver.ts';
import { DRIVERS, openStage, type Stage } from './stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
beforeEach(() => stage.clear());
after(() => stage.close());

/** A live runner of the queue `default` by its row alone, whose heartbeat does not grow old. */
async function putRunner(
  settings: {
    tasks?: string;
    concurrency?: number;
    running?: string[];
    /** What the database says of the ends that it does not take. */
    trouble?: string;
    unrecorded?: string[];
    isStalled?: boolean;
    gates?: object[];
    pool?: string;
  } = {},
): Promise<void> {
  const { tasks = '{works}', concurrency = 2, running = [] } = settings;
  const { trouble = null, unrecorded = [], isStalled = false, gates } = settings;
  const { pool = 'pool-of-the-test' } = settings;
  const token = randomUUID();
  await stage.pool.query("select howdah.register_runner($1, 'default', 'howdah', 'box-1', 77, $2, $3)", [
    ...[token, concurrency, tasks],
  ]);
  await stage.pool.query('select howdah.name_runner_pool($1, $2)', [token, pool]);
  await stage.pool.query(
    `update howdah.runners set heartbeat_at = now() + interval '5 minutes',
       running = $2, trouble = $3, unrecorded = $4, is_stalled = $5, gates = $6 where token = $1`,
    [token, running, trouble, unrecorded, isStalled, gates && JSON.stringify(gates)],
  );
}

/** As heartbeats tell of it. */
function shutFor(task: string): object {
  return { name: 'rabbitmq', because: 'connect ECONNREFUSED', since: '2026-01-01T00:00:00Z', tasks: [task] };
}

async function putTaken(): Promise<string> {
  const id = await putJob(stage, 'running');
  await stage.pool.query(
    "update graphile_worker._private_jobs set locked_at = now() - interval '1 minute' where id = $1",
    [id],
  );
  return id;
}

/** How a job comes into the situation, and the state and the words that every side then tells of it. */
const CAUSES: [cause: string, state: string, words: RegExp, put: () => Promise<string>][] = [
  ['finished', 'completed', /^It was completed at /, () => putJob(stage, 'completed')],
  ['finished', 'discarded', /^It was discarded at .*no luck$/, () => putJob(stage, 'discarded')],
  ['finished', 'cancelled', /^It was cancelled at /, () => putJob(stage, 'cancelled')],
  [
    'running',
    'running',
    /held since .* by pool-of-the-test, a worker that is not registered/,
    () => putJob(stage, 'running'),
  ],
  [
    ...(['running', 'running', /^It is running since .*host box-1, process 77/] as const),
    async () => {
      const id = await putTaken();
      await putRunner({ running: [id] });
      return id;
    },
  ],
  [
    ...(['taken', 'running', /^It was taken at .*no free place/] as const),
    async () => {
      await putRunner();
      return putTaken();
    },
  ],
  [
    ...([
      'ending',
      'running',
      /^Its run is over, and the database does not take its end: No space left \(host box-1, process 77/,
    ] as const),
    async () => {
      const id = await putTaken();
      await putRunner({ trouble: 'No space left', unrecorded: [id] });
      return id;
    },
  ],
  [
    ...(['cancelling', 'running', /^It was cancelled at .*\(enough\) while running/] as const),
    async () => {
      const id = await putTaken();
      await putRunner({ running: [id] });
      await stage.drivers.HTTP.act('cancel', id, 'enough');
      return id;
    },
  ],
  [
    ...(['sequence', 'scheduled', /^It is behind job \d+ of its sequence line/] as const),
    async () => {
      await stage.drivers.SQL.enqueue({ task: 'works', sequence: 'line' });
      return stage.drivers.SQL.enqueue({ task: 'works', sequence: 'line' });
    },
  ],
  ['scheduled', 'scheduled', /^It is scheduled for /, () => putJob(stage, 'scheduled')],
  [
    'retryable',
    'retryable',
    /^Run 1 of 4 failed \(no luck\); the next is at /,
    () => putJob(stage, 'retryable'),
  ],
  [
    ...(['paused', 'available', /^The queue default is paused since .* by .*lunch/] as const),
    async () => {
      await stage.drivers['command line'].pause('default', 'lunch');
      return putJob(stage, 'available');
    },
  ],
  ['no_worker', 'available', /^No live worker serves the queue default/, () => putJob(stage, 'available')],
  [
    ...(['no_worker_knows_task', 'available', /none of them knows the task works/] as const),
    async () => {
      await putRunner({ tasks: '{mails}' });
      return putJob(stage, 'available');
    },
  ],
  [
    ...([
      'broker_down',
      'available',
      /^The broker rabbitmq takes no messages since 2\S+ \S+ \(connect ECONNREFUSED\): 1 job of the task works waits for it\.$/,
    ] as const),
    async () => {
      await putRunner({ gates: [shutFor('works')] });
      await putRunner({ gates: [shutFor('works')], pool: 'another' });
      await putRunner({ tasks: '{mails}', pool: 'one that does not know the task' });
      return putJob(stage, 'available');
    },
  ],
  [
    ...(['next', 'available', /^Nothing keeps it/] as const),
    async () => {
      await putRunner({ gates: [shutFor('works')] });
      await putRunner({
        gates: [{ name: 'rabbitmq', because: null, tasks: [] }],
        pool: 'one that reaches it',
      });
      return putJob(stage, 'available');
    },
  ],
  [
    ...([
      'stalled',
      'available',
      /^The workers of the queue default begin no run, as the database does not take the ends .*: No space left\.$/,
    ] as const),
    async () => {
      await putRunner({ trouble: 'No space left', unrecorded: ['4711'], isStalled: true });
      return putJob(stage, 'available');
    },
  ],
  [
    ...([
      'fleet_full',
      'available',
      /^The whole fleet may run 1 job of the queue default at once, and does: \d+/,
    ] as const),
    async () => {
      await stage.drivers.TypeScript.setFleetConcurrency('default', 1);
      await putRunner({ running: [await putJob(stage, 'running')] });
      return putJob(stage, 'available');
    },
  ],
  [
    ...(['queue_full', 'available', /^The only place of the queue default is taken, by job \d+/] as const),
    async () => {
      await putRunner({ concurrency: 1, running: [await putJob(stage, 'running')] });
      return putJob(stage, 'available');
    },
  ],
  [
    ...(['next', 'available', /^Nothing keeps it/] as const),
    async () => {
      await putRunner();
      return putJob(stage, 'available');
    },
  ],
];

/** The age of a heartbeat differs from look to look. */
function still(found: SeenExplanation | null): SeenExplanation | null {
  return found && { ...found, explanation: found.explanation.replace(/-?[\d.]+ s ago/, '… s ago') };
}

for (const [cause, state, words, put] of CAUSES) {
  test(`every side explains by ${cause} why a job is ${state}, in the same words: ${words.source}`, async () => {
    const id = await put();
    const seen = await Promise.all(DRIVERS.map(async (name) => still(await stage.drivers[name].explain(id))));
    const [first] = seen;
    assert.ok(first);
    assert.deepEqual([first.cause, first.state], [cause, state]);
    assert.match(first.explanation, words);
    assert.notEqual(first.remedy, '');
    for (const [index, each] of seen.entries()) assert.deepEqual(each, first, `as ${DRIVERS[index]} tells`);
  });
}
