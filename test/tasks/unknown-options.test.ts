import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PostgresDistributor } from '../../src/enqueue/postgres-distributor.ts';
import { exponentialDelay } from '../../src/tasks/retry-delay.ts';

const delay = (options: unknown) => exponentialDelay(options as never);
const distributor = (options: unknown) => new PostgresDistributor(options as never);

for (const [call, message] of [
  [() => delay(5), 'exponentialDelay: expected an object, received a number'],
  [
    () => delay({ base: 5 }),
    'exponentialDelay: base: there is no such option (baseMs, factor, maxMs, random)',
  ],
  [() => delay({ random: 5 }), 'exponentialDelay: random: expected a function, received a number'],
  [() => distributor({ event: {} }), 'PostgresDistributor: event: there is no such option (events, schema)'],
  [
    () => distributor({ events: {} }),
    'PostgresDistributor: events: expected what createEventHub returns, received another object',
  ],
  [
    () => distributor({ schema: 5 }),
    'PostgresDistributor: schema: expected a text or a function, received a number',
  ],
] as const) {
  test(`is refused: ${message}`, () => assert.throws(call, { name: 'TypeError', message }));
}
