import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitRate } from '../../src/http/middleware/limit-rate.ts';
import { requireToken } from '../../src/http/middleware/require-token.ts';
import { declareQueues } from '../../src/relay/rabbitmq/declare-queues.ts';
import { bind } from '../../src/tasks/bind.ts';
import { createTestDatabase } from '../../src/testing/create-test-database.ts';
import { enqueued } from '../../src/testing/enqueued.ts';
import { runDue } from '../../src/testing/run-due.ts';
import { runTask } from '../../src/testing/run-task.ts';
import { testTask } from '../support/test-queue.ts';

const task = bind(testTask('works'), async () => {});
const connectionString = 'postgres://me@127.0.0.1:9/none';
const client = { query: async () => ({ rows: [] }) };

const database = (options: unknown) => createTestDatabase(options as never);
const due = (options: object, from: unknown = [task]) => runDue(from as never, options as never);
const run = (options: unknown, given: unknown = task) => runTask(given as never, {}, options as never);
const look = (filter: unknown, given?: unknown) => enqueued(client as never, given as never, filter as never);

const WRONG: [call: () => unknown, told: RegExp][] = [
  [() => database({ apps: [] }), /^createTestDatabase: apps: there is no such option, but app$/],
  [() => database({ tasks: [5] }), /^createTestDatabase: tasks: expected a list of definitions or tasks/],
  [
    () => database({ app: {} }),
    /^createTestDatabase: app: expected what defineApp returns, received object$/,
  ],
  [() => look({ state: 'completed' }), /^enqueued: state: there is no such option, but states$/],
  [
    () => look({ states: 'completed' }),
    /^enqueued: states: expected a list of scheduled, .*, received string$/,
  ],
  [() => look({ states: ['done'] }), /^enqueued: states: expected a list of scheduled, .*, received a list$/],
  [() => look({}, task), /^enqueued: task: expected what defineTask returns, received another object$/],
  [() => due({ connectionString, till: new Date() }), /^runDue: till: there is no such option$/],
  [
    () => due({ connectionString, until: 'tomorrow' }),
    /^runDue: until: expected a valid Date, received string$/,
  ],
  [
    () => due({ connectionString, maxJobs: -1 }),
    /^runDue: maxJobs: expected a whole number from 0, received -1$/,
  ],
  [() => due({ connectionString, queues: 'default' }), /^runDue: queues: expected a list of names/],
  [() => due({ connectionString }, 5), /^runDue: from: expected an application, or a list of tasks$/],
  [() => run({ atempt: 2 }), /^runTask: atempt: there is no such option, but attempt$/],
  [() => run({ timeoutMs: '8s' }), /^runTask: timeoutMs: expected whole milliseconds, received string$/],
  [() => run({ deadline: 'soon' }), /^runTask: deadline: expected a valid Date, received string$/],
  [() => run({}, testTask('works')), /^runTask: task: expected what app\.handle returns$/],
  [
    () => declareQueues('amqp://127.0.0.1:1', 'abc' as never),
    /^declareQueues: names: expected a list of names/,
  ],
  [
    () => limitRate({ limit: 0, windowMs: 5 }),
    /^limitRate: limit: expected a whole number from 1, received 0$/,
  ],
  [
    () => limitRate({ limit: 1, window: 5 } as never),
    /^limitRate: window: there is no such option, but windowMs$/,
  ],
  [
    () => limitRate({ limit: 1 } as never),
    /^limitRate: windowMs: expected a whole number from 1, received nothing$/,
  ],
  [() => requireToken('secret' as never), /^requireToken: tokens: expected a list of texts/],
];

for (const [call, told] of WRONG) {
  test(`is refused: ${told.source}`, async () => {
    await assert.rejects(async () => call(), { name: 'TypeError', message: told });
  });
}
