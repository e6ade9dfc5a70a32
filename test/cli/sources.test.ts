import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { judgeSources } from '../../src/cli/doctor/check-sources.ts';
import { readSources } from '../../src/look/sources.ts';
import { runHowdah } from '../support/howdah-cli.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';

const NAME = 'rabbitmq:orders';

let queue: TestQueue;
before(async () => {
  queue = await openTestQueue([[testTask('works'), async () => {}]]);
});
after(() => queue.close());

const howdah = (...args: string[]) => runHowdah(args, { DATABASE_URL: queue.database.connectionString });

describe('npx howdah sources', () => {
  test('says so where there is none', async () => {
    assert.match((await howdah('sources', '--text')).stdout, /There is no source/);
  });

  test('lists them, and what is in their way', async () => {
    await queue.pool.query('select howdah.announce_source($1, $2, $3)', [NAME, 'works', 'bank']);
    const { stdout, stderr } = await howdah('sources', '--text');
    assert.match(stdout, /rabbitmq:orders +works +idle +0 +- +0/);
    assert.match(stdout + stderr, /rabbitmq:orders: No worker reads it.* Start a worker/);
    const [listed] = JSON.parse((await howdah('sources', '--json')).stdout) as Record<string, unknown>[];
    assert.deepEqual([listed?.['name'], listed?.['state'], listed?.['lag']], [NAME, 'idle', null]);
  });

  test('pauses and resumes one', async () => {
    const paused = await howdah('sources', 'pause', NAME, '--reason', 'they send nonsense', '--text');
    assert.match(paused.stdout + paused.stderr, /Source rabbitmq:orders is now paused/);
    const { rows } = await queue.pool.query('select state, paused_by from howdah.sources');
    assert.equal(rows[0].state, 'paused');
    assert.match(rows[0].paused_by, /: they send nonsense$/);
    const resumed = await howdah('sources', 'resume', NAME, '--text');
    assert.match(resumed.stdout + resumed.stderr, /Source rabbitmq:orders is now active/);
  });

  test('pauses and resumes all', async () => {
    const state = async () => (await queue.pool.query('select state from howdah.sources')).rows[0].state;
    assert.match((await howdah('sources', 'pause', '--all', '--text')).stdout, /^1 sources are now paused/);
    assert.equal(await state(), 'paused');
    assert.match((await howdah('sources', 'resume', '--all', '--text')).stdout, /^1 sources are now active/);
    assert.equal(await state(), 'idle');
    assert.equal((await howdah('sources', 'pause', NAME, '--all')).exitCode, 2);
    assert.equal((await howdah('sources', 'accept', '--all')).exitCode, 2);
  });

  test('refuses what it does not know', async () => {
    assert.equal((await howdah('sources', 'drink', NAME)).exitCode, 2);
    const unknown = await howdah('sources', 'pause', 'kafka:x');
    assert.match(unknown.stderr, /unknown source "kafka:x"/);
    const accepted = await howdah('sources', 'accept', NAME);
    assert.match(accepted.stderr, /is not refused/);
  });
});

describe('doctor', () => {
  test('tells of sources whose messages do not become jobs, and of lost and nameless ones', async () => {
    const [idle] = await readSources(queue.pool);
    assert.ok(idle);
    const reading = { ...idle, state: 'reading' as const };
    const texts = (findings: ReturnType<typeof judgeSources>) =>
      findings.map(({ level, what }) => `${level}: ${what}`);
    assert.deepEqual(texts(judgeSources([])), []);
    assert.deepEqual(texts(judgeSources([reading])), ['ok: sources of messages']);
    assert.match(texts(judgeSources([idle])).join(), /^error: source "rabbitmq:orders": No worker reads it/);
    const lacking = { ...reading, lostCount: 3, withoutIdCount: 2 };
    assert.deepEqual(texts(judgeSources([lacking])), [
      'warning: 3 messages of "rabbitmq:orders" were gone before they were read',
      'warning: 2 messages of "rabbitmq:orders" had no id, so that one which comes again is another job',
    ]);
  });
});
