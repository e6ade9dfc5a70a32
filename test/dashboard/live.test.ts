import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as settled } from 'node:timers/promises';
import { OpenAPIHono } from '@hono/zod-openapi';
import type { DashboardDependencies } from '../../src/dashboard/dependencies.ts';
import { addLiveRoute } from '../../src/dashboard/live/add-live-route.ts';
import type { Readings } from '../../src/dashboard/live/readings.ts';
import type { AppEnv } from '../../src/http/app-dependencies.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { waitFor } from '../support/wait-for.ts';

/** The stream over readings that end when a test says so. */
function openLive() {
  const stopping = new AbortController();
  let waiting: PromiseWithResolvers<unknown>[] = [];
  let count = 0;
  const overview = {
    next(_after: number, signal?: AbortSignal) {
      const asked = Promise.withResolvers<unknown>();
      waiting.push(asked);
      signal?.addEventListener('abort', () => {
        waiting = waiting.filter((each) => each !== asked);
        asked.reject(signal.reason);
      });
      count += 1;
      return asked.promise;
    },
  };
  const app = new OpenAPIHono<AppEnv>();
  app.use(async (c, next) => {
    c.set('caller', 'viewer');
    await next();
  });
  addLiveRoute(app, {
    readings: { overview } as unknown as Readings,
    log: createLogger({ destination: { write() {} } }),
    stopping: stopping.signal,
  } as DashboardDependencies);
  const end = async (settle: (each: PromiseWithResolvers<unknown>) => void) => {
    await waitFor('a reading to be asked for', () => waiting.length > 0);
    const all = waiting;
    waiting = [];
    for (const each of all) settle(each);
    // What follows of it alone has happened by then: another reading is asked for, or none.
    await settled();
  };
  let number = 0;
  const read = (fleet: unknown) =>
    end(({ resolve }) => {
      number += 1;
      resolve({ number, value: { queues: [], fleet } });
    });
  return {
    ...{ app, stopping, count: () => count, waiting: () => waiting.length },
    /** A reading ends in which the queues are so. */
    read,
    /** Readings end until no more is asked for, which is so once nobody listens. */
    untilUnasked: () =>
      waitFor('it to look no more', async () => {
        if (waiting.length > 0) await read('end');
        return waiting.length === 0;
      }),
    fail: () => end(({ reject }) => reject(new Error('the database is gone'))),
  };
}

/** What a stream says, without comments, as far as it came; `told` waits until that is so. */
function follow(answer: Response) {
  const reader = answer.body?.getReader();
  assert.ok(reader);
  let text = '';
  const whole = (async () => {
    for (let part = await reader.read(); !part.done; part = await reader.read())
      text += Buffer.from(part.value);
  })();
  const events = () => [...text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name);
  const told = async (...expected: string[]) => {
    await waitFor(`${expected}`, () => events().length >= expected.length);
    assert.deepEqual(events(), expected);
  };
  return { events, told, whole, reader };
}

describe('the live stream', () => {
  test('asks proxies to pass on what it says at once', async () => {
    const answer = await openLive().app.request('/dashboard/live');
    for (const ofHttp1 of ['Connection', 'Transfer-Encoding'])
      assert.equal(answer.headers.get(ofHttp1), null);
    assert.equal(answer.headers.get('X-Accel-Buffering'), 'no');
    await answer.body?.cancel();
  });

  test('looks at nothing for HEAD, as nobody would read it', async () => {
    const live = openLive();
    const answer = await live.app.request('/dashboard/live', { method: 'HEAD' });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('Content-Type'), 'text/event-stream');
    await settled();
    assert.equal(live.count(), 0);
  });

  test('looks once for all who listen, and no more when they are gone', async () => {
    const live = openLive();
    const answers = await Promise.all(Array.from({ length: 200 }, () => live.app.request('/dashboard/live')));
    const [first, ...others] = answers.map(follow);
    await live.read(1);
    assert.equal(live.waiting(), 1);
    await live.read(2);
    for (const each of [first, ...others]) await each?.told('changed');
    for (const each of others) await each.reader.cancel();
    await live.read(3);
    await first?.told('changed', 'changed');
    await first?.reader.cancel();
    await live.untilUnasked();
  });

  test('keeps for who does not read only the last that there is to say', async () => {
    const live = openLive();
    const answer = await live.app.request('/dashboard/live');
    for (let fleet = 0; fleet < 50; fleet += 1) await live.read(fleet);
    const slow = follow(answer);
    await waitFor('the last of it', () => slow.events().length > 0);
    live.stopping.abort();
    await slow.whole;
    assert.ok(slow.events().length <= 3, String(slow.events().length));
  });

  test('says that nothing is known while the database does not answer, and then that something changed', async () => {
    const live = openLive();
    const page = follow(await live.app.request('/dashboard/live'));
    await live.read(1);
    await live.fail();
    await page.told('lost');
    await live.read(1);
    await page.told('lost', 'changed');
    await page.reader.cancel();
    await live.untilUnasked();
  });

  test('ends when the service stops, also for those who came last', async () => {
    const live = openLive();
    const page = follow(await live.app.request('/dashboard/live'));
    await live.read(1);
    live.stopping.abort();
    await page.whole;
    const late = follow(await live.app.request('/dashboard/live'));
    await late.whole;
    assert.equal(live.waiting(), 0);
  });
});
