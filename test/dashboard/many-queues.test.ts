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

  test('the overview shows those that are behind, are paused or work, some others, and the way to all', async () => {
    const [late, busy, paused] = [queueOf('zebra'), queueOf('yak'), queueOf('xerus')];
    Object.assign(late, { verdict: { ...late.verdict, isBehind: true }, oldestWaitSeconds: 90 });
    Object.assign(busy, { runningCount: 7 });
    Object.assign(paused, { isPaused: true, pausedBy: 'ada' });
    const page = await overviewOf([...queues, busy, paused, late]);
    assert.equal(rowsOf(page), 12);
    assert.match(page, /All 223 queues/);
    const names = [...page.matchAll(/scope="row"><a href="queues\/(\w+)"/g)].map(([, name]) => name);
    assert.deepEqual(names.slice(0, 4), ['zebra', 'xerus', 'yak', 'tenant_000']);
    const working = Array.from({ length: 40 }, (_, n) => ({ ...queueOf(`eu_${n}`), runningCount: 1 }));
    assert.equal(rowsOf(await overviewOf([...queues, ...working])), 30);
  });

  test('the overview says why each queue is behind, the worst first, and of many how many there are', async () => {
    const behind = Array.from({ length: 8 }, (_, n) => ({
      ...queueOf(`eu_${n}`),
      oldestWaitSeconds: 100 * (n + 1),
      verdict: { isBehind: true, because: n === 6 ? 'no_worker' : 'queue_full', oldest: null },
    })) as unknown as OverviewQueue[];
    const page = await overviewOf([...queues, ...behind]);
    const verdict = /<section class="verdict bad">.*?<\/section>/s.exec(page)?.[0] ?? '';
    assert.match(
      verdict,
      /<h1>8 queues are behind: the oldest job of eu_7 has waited 13 min, because all places of eu_7 are taken</,
    );
    assert.match(
      verdict,
      /<li><a href="queues\/eu_6">eu_6<\/a> has a job that has waited 11 min, because no worker serves eu_6<\/li>/,
    );
    assert.deepEqual(verdict.match(/eu_\d(?=<\/a>)/g), ['eu_6', 'eu_5', 'eu_4', 'eu_3', 'eu_2']);
    assert.match(verdict, /<li>and 2 more<\/li>/);
  });

  async function overviewOf(queues: readonly OverviewQueue[]): Promise<string> {
    const fleet = { aliveCount: 1, blockedCount: 0, silentCount: 0 };
    const { body } = overviewPage(VIEW, { queues, chart: [], fleet } as unknown as Overview, undefined);
    return String(await body);
  }

  async function show(query: Parameters<typeof queuesPage>[2]): Promise<string> {
    return String(await queuesPage(VIEW, queues, query).body);
  }
});

test('queues are in the order of their numbers', async () => {
  const page = String(await queuesPage(VIEW, ['eu_10', 'eu_2'].map(queueOf), { name: '', page: 1 }).body);
  assert.match(page, /eu_2<.*eu_10</s);
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
