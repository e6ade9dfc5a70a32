import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { remedyInCommands } from '../../src/cli/terminal/remedy-in-commands.ts';
import { runHere, runHowdah, runInShell, runOnTerminal } from '../support/howdah-cli.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const works = testTask('works', { queue: 'default' });
const breaks = testTask('breaks', { queue: 'critical', maxRetries: 0 });
const ESCAPE = '\u001b[';

let queue: TestQueue;
let doneId: string;
let brokenId: string;
let waitingId: string;

before(async () => {
  queue = await openTestQueue([
    [works, async () => ({ answer: 42 })],
    [
      breaks,
      async () => {
        throw new Error('the \u001b[31mprinter\u001b[0m is on fire');
      },
    ],
  ]);
  process.env['DATABASE_URL'] = queue.database.connectionString;
  const add = (task: typeof works, options = {}) =>
    queue.distributor.distribute(queue.pool, task, { size: 7 }, options).then(({ id }) => id);
  doneId = await add(works);
  brokenId = await add(breaks);
  waitingId = await add(works, { delayMs: 3_600_000, key: 'later' });
  const processor = await queue.start();
  await Promise.all([queue.untilState(doneId, 'completed'), queue.untilState(brokenId, 'discarded')]);
  await processor.stop(0);
});
after(() => queue.close());

const howdah = (...args: string[]) => runHere(args);

async function json(...args: string[]) {
  const { exitCode, stdout, stderr } = await howdah(...args);
  assert.equal(exitCode, 0, stderr);
  return JSON.parse(stdout);
}

describe('npx howdah jobs', () => {
  const filters: [string[], () => string[]][] = [
    [[], () => [waitingId, brokenId, doneId]],
    [['--queue', 'critical'], () => [brokenId]],
    [['--state', 'completed,discarded'], () => [brokenId, doneId]],
    [['--state', 'completed', '--state', 'scheduled'], () => [waitingId, doneId]],
    [['--task', 'works', '--limit', '1'], () => [waitingId]],
    [['--key', 'later'], () => [waitingId]],
    [['--error', 'IS ON FIRE'], () => [brokenId]],
    [['--since', '1h', '--payload', '{"size":7}', '--finished-since', '1h'], () => [brokenId, doneId]],
    [['--until', '2020-01-01T00:00:00Z'], () => []],
    [['--search', 'later'], () => [waitingId]],
    [['--queue', 'critical', '--state', 'running'], () => []],
  ];
  for (const [args, expected] of filters) {
    test(`lists what fits ${args.join(' ') || 'nothing in particular'}`, async () => {
      const jobs: { id: string }[] = await json('jobs', ...args);
      assert.deepEqual(
        jobs.map(({ id }) => id),
        expected(),
      );
    });
  }

  test('does so in a process of its own as well, with JSON into its pipe', async () => {
    const { exitCode, stdout } = await runHowdah(['jobs', '--state', 'completed'], {
      DATABASE_URL: queue.database.connectionString,
    });
    assert.deepEqual([exitCode, JSON.parse(stdout)[0].id], [0, doneId]);
  });

  test('goes on after a page', async () => {
    assert.deepEqual(
      (await json('jobs', '--before', waitingId)).map(({ id }: { id: string }) => id),
      [brokenId, doneId],
    );
  });

  test('prints a table with --text, without a command to the terminal in it', async () => {
    const { stdout } = await howdah('jobs', '--text');
    const [header, first, second] = stdout.split('\n');
    assert.match(header ?? '', /^ *ID +QUEUE +TASK +STATE +RUN +ENQUEUED +WHEN +LAST ERROR$/);
    assert.match(first ?? '', new RegExp(`^ *${waitingId} +default +works +scheduled +0/26 .* in 59m`));
    assert.match(second ?? '', /critical +breaks +discarded +1\/1 .*the {1,2}\[31mprinter/);
    assert.ok(!stdout.includes(ESCAPE));
  });

  test('says so when nothing fits', async () => {
    assert.equal((await howdah('jobs', '--key', 'x', '--text')).stdout, 'No job fits.\n');
  });

  test('ends quietly when its reader has seen enough', async () => {
    const env = { DATABASE_URL: queue.database.connectionString };
    const { stderr } = await runInShell(
      `${process.execPath} src/cli.ts jobs --watch --interval 100ms | head -1`,
      env,
    );
    assert.equal(stderr, '');
  });

  test('watches until it is interrupted, a line of JSON a look', async () => {
    const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
    const watching = spawn(
      process.execPath,
      [cli, 'jobs', '--watch', '--interval', '100ms', '--state', 'completed'],
      {
        env: { ...process.env, DATABASE_URL: queue.database.connectionString },
      },
    );
    let seen = '';
    watching.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      seen += chunk;
    });
    await waitFor('three looks', () => seen.split('\n').length > 3);
    watching.kill('SIGINT');
    const [exitCode] = await once(watching, 'exit');
    assert.equal(exitCode, 0);
    const looks = seen
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(looks[0][0].id, doneId);
  });
});

describe('npx howdah job and explain', () => {
  test('show one job whole, in the words of the HTTP API', async () => {
    const job = await json('job', doneId);
    assert.deepEqual([job.state, job.payload, job.result], ['completed', { size: 7 }, { answer: 42 }]);
    assert.deepEqual((await json('job', brokenId)).errors[0].decision, 'discard');
  });

  test('show it to people with its failed runs', async () => {
    const { stdout } = await howdah('job', brokenId, '--text');
    assert.match(stdout, new RegExp(`^Job ${brokenId} discarded\\n`));
    assert.match(stdout, /Payload +\{\n +"size": 7\n +\}/);
    assert.match(stdout, /Failed runs\n +1 +\d{4}-.*printer.*\(discard\)/);
    assert.ok(!stdout.includes(ESCAPE));
  });

  test('say why a job does not run, and what would change that', async () => {
    const { cause, remedy } = await json('explain', waitingId);
    assert.equal(cause, 'scheduled');
    assert.match(remedy, /run_job_now/);
    assert.match(
      (await howdah('explain', waitingId, '--text')).stdout,
      new RegExp(`It is scheduled for .*\\n→ npx howdah run-now ${waitingId} makes it available at once\\.`),
    );
  });

  for (const [sql, command] of [
    ['select howdah.retry_job(7) runs it again.', 'npx howdah retry 7 runs it again.'],
    ['select staging.cancel_job(7) ends it.', 'npx howdah cancel 7 ends it.'],
    ["select howdah.resume_queue('critical'), or wait.", 'npx howdah resume critical, or wait.'],
    ["select howdah.set_fleet_concurrency('mail', …)", "select howdah.set_fleet_concurrency('mail', …)"],
  ] as const) {
    test(`put it as a command on a terminal: ${sql}`, () => assert.equal(remedyInCommands(sql), command));
  }

  test('refuse an id that there is none of', async () => {
    for (const command of ['job', 'explain']) {
      const { exitCode, stderr } = await howdah(command, '999999');
      assert.deepEqual([exitCode, stderr.startsWith('howdah: no job 999999: ')], [1, true]);
    }
  });
});

describe('npx howdah sql', () => {
  test('keeps every column, whatever their names', async () => {
    assert.deepEqual(await json('sql', 'select 1 as a, 2 as a, 3 as a_2, 4 as a'), [
      { a: 1, a_3: 2, a_2: 3, a_4: 4 },
    ]);
  });

  test('runs with --write what wants to be in no transaction', async () => {
    assert.equal((await howdah('sql', '--write', 'vacuum howdah.job_history', '--text')).stdout, 'VACUUM.\n');
    assert.match((await howdah('sql', 'vacuum howdah.job_history')).stderr, /--write allows changes\n$/);
  });

  test('answers with the values of the result', async () => {
    const [row] = await json(
      'sql',
      `select true as yes, 1 as a, 2 as a, 9007199254740993 as big, '{"b":1}'::json as j, null as n`,
    );
    assert.deepEqual(row, { yes: true, a: 1, a_2: 2, big: '9007199254740993', j: { b: 1 }, n: null });
  });

  test('reads the statement from standard input', async () => {
    const { stdout } = await runHowdah(
      ['sql', '-'],
      { DATABASE_URL: queue.database.connectionString },
      'select 7 as seven',
    );
    assert.deepEqual(JSON.parse(stdout), [{ seven: 7 }]);
  });

  const change = "select howdah.pause_queue('default')";
  for (const text of [
    change,
    'create table howdah.x ()',
    'do $$ begin commit; create table public.x (); end $$',
  ]) {
    test(`refuses to change anything unless told: ${text}`, async () => {
      const { exitCode } = await howdah('sql', text);
      assert.equal(exitCode, 1);
      assert.deepEqual(
        await json(
          'sql',
          "select to_regclass('public.x') as x, count(*)::int as n from howdah.queue_settings",
        ),
        [{ x: null, n: 0 }],
      );
    });
  }

  test('says how to allow it', async () => {
    assert.match((await howdah('sql', change)).stderr, /read-only transaction; --write allows changes\n$/);
  });

  test('refuses a second statement, which could end the read-only transaction', async () => {
    const { exitCode, stderr } = await howdah('sql', 'commit; create table public.x ()');
    assert.deepEqual([exitCode, stderr], [1, 'howdah: expected one statement, received several\n']);
  });

  test('commits changes with --write', async () => {
    assert.deepEqual(await json('sql', '--write', change), [{ pause_queue: true }]);
    assert.deepEqual(
      await json('sql', 'select queue from howdah.queue_settings where paused_at is not null'),
      [{ queue: 'default' }],
    );
    await json('sql', '--write', 'delete from howdah.queue_settings');
  });

  test('tells the mistake in a statement without a stack', async () => {
    const { exitCode, stderr } = await howdah('sql', 'selec 1');
    assert.deepEqual([exitCode, stderr], [1, 'howdah: syntax error at or near "selec"\n']);
  });
});

const hasScript = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux');

describe('on a terminal', { skip: hasScript ? false : 'there is no script of util-linux here' }, () => {
  const onTerminal = (line: string, columns: number, env = {}) =>
    runOnTerminal(line, { columns, env: { DATABASE_URL: queue.database.connectionString, ...env } });

  test('jobs are a table of its width, with colours', async () => {
    const { exitCode, stdout } = await onTerminal('jobs', 90);
    assert.equal(exitCode, 0);
    assert.ok(stdout.includes(`${ESCAPE}31mdiscarded`), stdout);
    const lines = stripVTControlCharacters(stdout).trimEnd().split('\r\n');
    assert.ok(lines.length === 4 && lines.every((line) => line.length <= 90), stdout);
    assert.match(lines[2] ?? '', /the {2}\[31mprin.*…$/);
  });

  test('NO_COLOR turns the colours off', async () => {
    const { stdout } = await onTerminal('jobs', 100, { NO_COLOR: '1' });
    assert.match(stdout, /discarded/);
    assert.ok(!stdout.includes(ESCAPE), stdout);
  });

  test('a narrow one gets a block a job', async () => {
    const { stdout } = await onTerminal('jobs --limit 1', 40, { NO_COLOR: '1' });
    assert.match(stdout, /^ID +\d+\r\nQUEUE +default\r\n/);
  });

  test('--json is JSON there as well', async () => {
    const { stdout } = await onTerminal('jobs --json', 40);
    assert.equal(JSON.parse(stdout).length, 3);
  });

  test('queues say why they are paused, however narrow it is', async () => {
    await queue.pool.query("select howdah.pause_queue('critical', 'ada: the mail provider is down')");
    const { stdout } = await onTerminal('queues', 80, { NO_COLOR: '1' });
    await queue.pool.query("select howdah.resume_queue('critical')");
    assert.match(stdout, /critical was paused .* ago by ada: the mail provider is down/);
    assert.ok(
      stdout.split('\r\n').every((line) => line.length <= 80),
      stdout,
    );
  });

  test('a progress bar stays on its line, and is left out where a line cannot be written over', async () => {
    const waiting = await queue.distributor.distribute(queue.pool, works, {});
    const { stdout } = await onTerminal(`cancel --queue default --state available`, 28);
    assert.match(stdout, /░{11} 0% {2}0 of 1 jobs/);
    await howdah('retry', waiting.id);
    const dumb = await onTerminal(`cancel --queue default --state available`, 80, { TERM: 'dumb' });
    assert.equal(dumb.stdout, '1 job cancelled.\r\n');
  });

  test('bulk work shows how far it is', async () => {
    const { stdout } = await onTerminal(`discard --state scheduled --key later`, 100);
    assert.match(stdout, /░+ 0% {2}0 of 1 jobs/);
    assert.match(stdout, /1 job discarded\./);
  });
});
