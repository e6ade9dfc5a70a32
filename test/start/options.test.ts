import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defineApp } from '../../src/app/define-app.ts';
import { ConfigError } from '../../src/config.ts';
import { createCliPreset } from '../../src/start/cli-preset.ts';
import { runApp, startApp } from '../../src/start/start-app.ts';
import { migrate, startWorker } from '../../src/start/start-worker.ts';

const app = defineApp({ name: 'shop', tasks: [] });
const connectionString = 'postgres://me@127.0.0.1:9/none';

async function problemsOf(start: Promise<unknown>): Promise<string[]> {
  const error = await start.then(
    () => assert.fail('it was taken'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConfigError, String(error));
  return error.problems.map(({ variable, message }) => `${variable}: ${message}`);
}

const OF_BOTH: [given: object, ...told: RegExp[]][] = [
  [{ queues: 5 }, /^queues: expected name:concurrency entries .*, or a list of queues, received number$/],
  [{ queues: null }, /^queues: expected .*, received null$/],
  [{ queues: [5] }, /^queues\[0\]: expected an object, received 5$/],
  [{ queues: [{ concurrency: 1 }] }, /^queues\[0\]\.name: expected one, received nothing$/],
  [{ queues: [{ name: 'a:1,b', concurrency: 1 }] }, /^queues\[0\]\.name: expected a queue name/],
  [
    { queues: [{ name: 'a', concurrency: '5' }] },
    /^queues\[0\]\.concurrency: expected a whole number 1 to 1000/,
  ],
  [{ queues: [{ name: 'a', concurrency: 5, fleet: 1 }] }, /^queues\[0\]\.fleet: there is no such option$/],
  [{ shcema: 'x' }, /^shcema: there is no such option, but schema$/],
  [{ connectionString: 5 }, /^connectionString: expected a text, received number$/],
  [{ migrateTimeoutMs: '8s' }, /^migrateTimeoutMs: expected whole milliseconds, received string$/],
  [{ migrateTimeoutMs: Number.NaN }, /^migrateTimeoutMs: expected whole milliseconds, received NaN$/],
  [{ log: console }, /^log: expected a logger as pino makes them, received object$/],
  [{ signal: {} }, /^signal: expected an AbortSignal, received object$/],
  [
    { queues: 'critical', shcema: 'x', migrateTimeoutMs: -1 },
    /^shcema: there/,
    /^migrateTimeoutMs: expected whole milliseconds, received -1$/,
    /^queues: expected name:concurrency entries .*received "critical"$/,
  ],
];

for (const [name, start] of Object.entries({ startWorker, migrate })) {
  describe(`${name} refuses`, () => {
    for (const [given, ...told] of OF_BOTH) {
      test(`${told[0]?.source}, ${told.length} in all`, async () => {
        const problems = await problemsOf(start({ app, connectionString, ...given } as never));
        assert.equal(problems.length, told.length, problems.join('\n'));
        for (const [index, each] of told.entries()) assert.match(problems[index] ?? '', each);
      });
    }
  });
}

describe('startWorker refuses', () => {
  for (const [given, told] of [
    [{ concurency: 5 }, /^concurency: there is no such option$/],
    [{ migrate: 'no' }, /^migrate: expected true or false, received string$/],
    [{ schedules: 0 }, /^schedules: expected true or false, received 0$/],
    [{ handleSignals: 'SIGTERM' }, /^handleSignals: expected true or false/],
    [{ events: () => {} }, /^events: expected what createEventHub returns, received function$/],
    [{ shutdownTimeoutMs: 1.5 }, /^shutdownTimeoutMs: expected whole milliseconds, received 1\.5$/],
    [{ rabbitmqUrl: 5 }, /^rabbitmqUrl: expected a text, received number$/],
  ] as const) {
    test(told.source, async () => {
      const problems = await problemsOf(startWorker({ app, connectionString, ...given } as never));
      assert.deepEqual([problems.length, told.test(problems[0] ?? '')], [1, true], problems.join('\n'));
    });
  }
});

describe('what takes an application refuses', () => {
  const message = (call: string, received: string) =>
    new RegExp(`^${call}: app: expected what defineApp returns, received ${received}$`);
  test('what is none', async () => {
    await assert.rejects(startApp({ app: {} as never }), {
      name: 'TypeError',
      message: message('startApp', 'an object'),
    });
    await assert.rejects(startApp({} as never), { message: message('startApp', 'nothing') });
    await assert.rejects(runApp('all', 5 as never), { message: message('runApp', '5') });
    await assert.rejects(createCliPreset(undefined as never), {
      message: message('createCliPreset', 'nothing'),
    });
    assert.match(
      (await problemsOf(migrate({ app: {} as never, connectionString })))[0] ?? '',
      /^app: expected what defineApp/,
    );
  });

  test('options that startApp has not, and those of another type', async () => {
    await assert.rejects(startApp({ app, evn: {}, log: 5, env: [] } as never), {
      name: 'TypeError',
      message:
        'startApp: evn: there is no such option, but env; log: expected a logger as pino makes them, received 5; env: expected an object, received a list',
    });
    await assert.rejects(startApp(undefined as never), {
      message: /^startApp: expected an object, received undefined$/,
    });
    await assert.rejects(startWorker(undefined as never), {
      message: /^startWorker: app: expected what defineApp returns/,
    });
    await assert.rejects(migrate(5 as never), { message: /options: expected an object, received 5/ });
  });
});
