import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHowdah } from '../../src/howdah/create-howdah.ts';

const WRONG: [given: unknown, told: string][] = [
  [5, 'expected an object, received 5'],
  [[], 'expected an object, received a list'],
  [{ app: {} }, 'app: expected what defineApp returns, received object'],
  [{ application: 5 }, 'application: expected a text, received number'],
  [{ schema: 5 }, 'schema: expected a text, received number'],
  [{ log: console }, 'log: expected a logger as pino makes them, received object'],
  [{ tasks: [5] }, 'tasks: expected a list of what defineTask returns, received a list'],
  [{ actor: '' }, 'actor: expected 1 to 255 characters, received string'],
  [
    { pool: {}, maxConnections: 1_001, acter: 'x' },
    'pool: expected a Pool of pg, received object; maxConnections: expected a whole number 1 to 1000, received 1001; acter: there is no such option, but actor',
  ],
];

for (const [given, told] of WRONG) {
  test(`createHowdah refuses at once: ${told}`, () => {
    assert.throws(() => createHowdah(given as never), {
      name: 'TypeError',
      message: `createHowdah: ${told}`,
    });
  });
}
