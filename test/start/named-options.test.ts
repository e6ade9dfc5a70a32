import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { defineApp } from '../../src/app/define-app.ts';
import { migrate, startWorker } from '../../src/start/start-worker.ts';

const NOWHERE = 'postgres://me:secret@127.0.0.1:9/none';
const REFUSED = /cannot connect to postgres:\/\/me:\*\*\*@127\.0\.0\.1:9\/none: .*refused/i;
const app = defineApp({ name: 'shop', tasks: [] });

const STARTS: Readonly<Record<string, (place: { connectionString?: string }) => Promise<unknown>>> = {
  startWorker: (place) => startWorker({ app, queues: 'default:1', ...place }),
  migrate,
};

describe('a start by a program that fails for the address', () => {
  const former = process.env['DATABASE_URL'];
  afterEach(() => {
    if (former === undefined) delete process.env['DATABASE_URL'];
    else process.env['DATABASE_URL'] = former;
  });

  for (const [name, start] of Object.entries(STARTS)) {
    test(`names the option where ${name} was given one`, async () => {
      await assert.rejects(start({ connectionString: NOWHERE }), named('connectionString'));
    });

    test(`names the variable where ${name} took that`, async () => {
      process.env['DATABASE_URL'] = NOWHERE;
      await assert.rejects(start({}), named('DATABASE_URL'));
    });
  }
});

function named(name: string) {
  return ({ message }: Error) => message.startsWith(`${name}: `) && REFUSED.test(message);
}
