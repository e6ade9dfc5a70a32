import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ADMIN, openDashboard, type TestDashboard } from './open-dashboard.ts';
import { seedJobs } from './seed-jobs.ts';

let dashboard: TestDashboard;
let jobs: Awaited<ReturnType<typeof seedJobs>>;
before(async () => {
  dashboard = await openDashboard();
  jobs = await seedJobs(dashboard);
});
after(() => dashboard.close());

/** What the page that answers says is wrong, in Chinese. A form where there are fields. */
async function told(path: string, fields?: Record<string, string>): Promise<string> {
  const answer = await fetch(new URL(`/dashboard/${path}`, dashboard.origin), {
    ...(fields && { method: 'POST', body: new URLSearchParams(fields) }),
    headers: { 'Accept-Language': 'zh-CN', Authorization: `Bearer ${ADMIN}`, Accept: 'text/html' },
  });
  const page = await answer.text();
  const troubles = page.match(/<(section|p|div) class="trouble"[\s\S]*?<\/\1>/g) ?? [];
  return troubles.join('\n').replaceAll('&quot;', '"');
}

const search = (text: string) => told(`jobs?q=${encodeURIComponent(text)}`);
const enqueue = (fields: Record<string, string>) =>
  told('tasks/works/enqueue', { 'payload.who': 'ada', ...fields });

describe('a Chinese page says in Chinese', () => {
  const REFUSED: [what: string, of: () => Promise<string>, words: RegExp][] = [
    [
      'which key of a search there is not',
      () => search('quue:a'),
      /第 1 个字符处：.*收到的是 "quue:".*queue？/,
    ],
    ['which state there is not', () => search('state:gone'), /第 7 个字符处的 state：需要以下之一.*"gone"/],
    ['that a key comes twice', () => search('queue:default queue:b'), /需要只出现一次的 queue/],
    ['that a value is missing', () => search('task:'), /需要长度为 1 到 128 个字符.*收到的是 空值/],
    ['what is no time', () => search('since:yesterday'), /多久之前，例如 2h/],
    ['what has no end', () => search('error:"x'), /后面有一个 "/],
    ['that a search names no queue there is', () => search('queue:nope'), /没有名为 "nope" 的队列/],
    ['that a search names no task there is', () => search('task:nope'), /没有名为 "nope" 的任务类型/],
    [
      'that an order to change many names no queue there is',
      () => told(`jobs/act?action=retry&scope=all&q=${encodeURIComponent('queue:nope')}`),
      /没有名为 "nope" 的队列/,
    ],
    [
      'what is no delay',
      () => enqueue({ delay: 'soon' }),
      /delay<\/code>: 需要一个不超过 36500d 的时长.*"soon"/,
    ],
    ['which queue there is not', () => enqueue({ queue: 'nope' }), /queue<\/code>: 没有名为 "nope" 的队列/],
    ['what is no key', () => enqueue({ unique: 'x'.repeat(377) }), /unique<\/code>: 需要 1 到 376 个字符/],
    [
      'that a job is in no state for it',
      () => told(`jobs/${jobs.completed}/cancel`, {}),
      /任务已完成，当前状态不允许此操作/,
    ],
    ['that there is no such job', () => told('jobs/999999/retry', {}), /没有任务 999999/],
    ['that there is no such queue', () => told('queues/nope/pause', {}), /没有名为 "nope" 的队列/],
    ['that there is no such task', () => told('tasks/nope'), /没有名为 "nope" 的任务类型/],
    [
      'that a group of failures has nothing to retry',
      () => told('failures/0123456789abcdef/canary', {}),
      /这一组中已没有已放弃的任务/,
    ],
    [
      'that what changes many names a queue that is gone',
      () =>
        told('jobs/act', { action: 'retry', scope: 'all', q: 'queue:nope', key: 'a-key-of-ours', max: '5' }),
      /没有名为 "nope" 的队列/,
    ],
    [
      'what is no limit',
      () => told('queues/default/limit', { limit: '0' }),
      /limit: 需要一个整数.*收到的是 "0"/,
    ],
    [
      'what is no reason',
      () => told('queues/default/pause', { reason: 'a\0' }),
      /reason: 需要 1 到 500 个字符/,
    ],
    [
      'that there is no such source',
      () => told('sources/pause', { source: 'nope' }),
      /没有进程公布过这个消息来源/,
    ],
    [
      'what is in the way of a removal',
      () => told('queues/critical/remove', {}),
      /以它为默认队列的任务类型：send_verify_email/,
    ],
  ];
  for (const [what, of, words] of REFUSED) {
    test(what, async () => {
      const page = await of();
      assert.match(page, words);
      assert.doesNotMatch(page, /expected|received|unknown|cannot|There is|did you|invalid|Please/);
    });
  }
});

describe('an English page', () => {
  test('names the queues there are to who names none, and keeps what was filled in', async () => {
    const fields = { 'payload.who': 'ada', queue: 'nope', delay: '5m' };
    const answer = await dashboard.as('admin').send('/dashboard/tasks/works/enqueue', fields);
    const page = await answer.text();
    assert.equal(answer.status, 422);
    assert.match(page, /<code>queue<\/code>: unknown queue &quot;nope&quot; \(Queues here: /);
    assert.match(page, /name="delay" value="5m"/);
  });
});
