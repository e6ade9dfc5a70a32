import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { overviewPage } from '../../src/dashboard/overview/overview-page.ts';
import { queuesPage } from '../../src/dashboard/queues/queues-page.ts';
import type { View } from '../../src/dashboard/shell/view.ts';
import { LANGUAGES } from '../../src/dashboard/texts/languages.ts';
import type { Overview, OverviewQueue } from '../../src/look/overview.ts';

const VIEW = {
  language: 'en',
  texts: LANGUAGES.en.texts,
  now: new Date(),
  link: (path: string) => path,
} as unknown as View;

describe('with 220 queues', () => {
  const queues = Array.from({ length: 220 }, (_, n) => queueOf(`tenant_${String(n).padStart(3, '0')}`));

  test('their page shows a hundred, with the way to the others', async () => {
    const first = await show({ name: '', page: 1 });
    assert.equal(rowsOf(first), 100);
    assert.match(first, /Page 1 of 3.*queues\?page=2/s);
    const last = await show({ name: '', page: 999 });
    assert.equal(rowsOf(last), 20);
    assert.match(last, /Page 3 of 3.*queues\?page=2/s);
  });

  test('finds them by a part of their names, which is never markup', async () => {
    const found = await show({ name: 't_21', page: 1 });
    assert.equal(rowsOf(found), 10);
    const none = await show({ name: '"><b>', page: 1 });
    assert.match(none, /No queue has that in its name/);
    assert.match(none, /value="&quot;&gt;&lt;b&gt;"/);
  });

  test('and keeps that name from page to page', async () => {
    assert.match(await show({ name: 'tenant', page: 2 }), /queues\?name=tenant&amp;page=3/);
  });

  test('the overview shows those that are behind, then the busiest, and the way to all', async () => {
    const [late, busy] = [queueOf('zebra'), queueOf('yak')];
    Object.assign(late, { verdict: { ...late.verdict, isBehind: true, because: null } });
    Object.assign(busy, { runningCount: 7 });
    const overview = { queues: [...queues, busy, late], chart: [], fleet: { aliveCount: 1 } };
    const { body } = overviewPage(VIEW, overview as unknown as Overview, undefined);
    const page = String(await body);
    assert.equal(rowsOf(page), 30);
    assert.match(page, /All 222 queues/);
    const names = [...page.matchAll(/queues\/(\w+)"/g)].map(([, name]) => name);
    assert.deepEqual(names.slice(0, 3), ['zebra', 'yak', 'tenant_000']);
  });

  async function show(query: Parameters<typeof queuesPage>[2]): Promise<string> {
    return String(await queuesPage(VIEW, queues, query).body);
  }
});

test('few queues need neither', async () => {
  const page = String(await queuesPage(VIEW, [queueOf('default')], { name: '', page: 1 }).body);
  assert.equal(rowsOf(page), 1);
  assert.doesNotMatch(page, /<form|Page 1/);
});

function queueOf(queue: string): OverviewQueue {
  const counts = { availableCount: 0, scheduledCount: 0, retryableCount: 0, runningCount: 0 };
  const verdict = { isBehind: false, because: null, oldest: null };
  const rest = { concurrency: 5, fleetConcurrency: null, oldestWaitSeconds: 0, workerCount: 1, minutes: [] };
  return {
    queue,
    ...counts,
    ...rest,
    isPaused: false,
    isEstimate: false,
    verdict,
  } as unknown as OverviewQueue;
}

function rowsOf(page: string): number {
  return page.split('<tr data-row').length - 1;
}
