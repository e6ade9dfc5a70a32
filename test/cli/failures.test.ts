import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runHere, runHowdah, runInShell } from '../support/howdah-cli.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const works = testTask('works', { queue: 'default' });

let queue: TestQueue;
before(async () => {
  queue = await openTestQueue([[works, async () => {}]]);
  process.env['DATABASE_URL'] = queue.database.connectionString;
});
after(() => queue.close());

const howdah = (...args: string[]) => runHere(args);

/** What a command that fails says to a program. */
async function problem(...args: string[]) {
  const { exitCode, stdout, stderr } = await howdah(...args, '--json');
  assert.equal(stdout, '');
  assert.match(stderr, /^.*\n$/);
  return { exitCode, ...JSON.parse(stderr) };
}

describe('with --json a failure is JSON on standard error', () => {
  test('with the code of the HTTP API for what is refused', async () => {
    const unknown = await problem('enqueue', 'no_such_task');
    assert.deepEqual([unknown.exitCode, unknown.code], [1, 'unknown_task']);
    const invalid = await problem('enqueue', 'send_welcome_email', '{}');
    assert.deepEqual([invalid.code, invalid.errors[0].field], ['invalid_payload', 'payload.user_account']);
    assert.equal((await problem('retry', '--queue', 'critcal')).code, 'unknown_queue');
    assert.equal((await problem('explain', '999999')).code, 'job_not_found');
  });

  test('with the holder of a unique key', async () => {
    const { stdout } = await howdah('enqueue', 'works', '--unique-key', 'once');
    const { code, details } = await problem('enqueue', 'works', '--unique-key', 'once');
    assert.equal(code, 'duplicate_job');
    assert.deepEqual(details, { job_id: JSON.parse(stdout).id, queue: 'default' });
  });

  test('with what is wrong about the command line', async () => {
    const { exitCode, code, detail } = await problem('jobs', '--stat', 'running');
    assert.deepEqual([exitCode, code], [2, 'usage']);
    assert.match(detail, /did you mean --state\?/);
    assert.equal((await problem('jbs')).code, 'usage');
  });

  test('with a way to look at the schema for a command of psql', async () => {
    const { exitCode, code, detail } = await problem('sql', '\\d howdah.jobs');
    assert.deepEqual([exitCode, code], [2, 'usage']);
    const statement = /select .*/.exec(detail)?.[0] ?? assert.fail(detail);
    assert.equal((await howdah('sql', statement)).exitCode, 0);
  });

  test('with the SQLSTATE of a statement that Postgres refuses', async () => {
    const { code, details } = await problem('sql', 'select 1/0');
    assert.deepEqual([code, details], ['database', { sqlstate: '22012' }]);
  });

  test('with a code to try again on when the database is away', async () => {
    const { exitCode, stderr } = await runHowdah(['queues', '--json'], {
      DATABASE_URL: 'postgres://me@127.0.0.1:9/none',
    });
    assert.deepEqual([exitCode, JSON.parse(stderr).code], [1, 'unavailable']);
  });
});

test('a role that may not do something is told where to look', async () => {
  await queue.pool.query('create role cli_nobody login');
  try {
    const { stderr } = await howdah(
      'sql',
      '--write',
      `do $$ begin set local role cli_nobody; perform * from howdah.jobs; end $$`,
    );
    assert.match(stderr, /permission denied .*\n {2}The role of DATABASE_URL may not do that: docs\/cli\.md/);
  } finally {
    await queue.pool.query('drop role cli_nobody');
  }
});

test('what jobs say commands no terminal, in an explanation either', async () => {
  await queue.pool.query("select howdah.pause_queue('critical', E'evil \\u001b[31m\\u009b2J')");
  const { id } = await queue.distributor.distribute(queue.pool, works, {}, { queue: 'critical' });
  for (const args of [['explain', id, '--text'], ['explain', id], ['queues', '--text'], ['queues']]) {
    const { stdout } = await howdah(...args);
    assert.match(stdout, /evil/);
    assert.doesNotMatch(stdout, /[^\n\P{Cc}]/u, args.join(' '));
  }
  await queue.pool.query("select howdah.resume_queue('critical')");
});

test('bulk work that breaks off says how much is done', async () => {
  await queue.pool.query("select howdah.enqueue('works', queue => 'default') from generate_series(1, 300)");
  await queue.pool.query(
    `create function public.break_off() returns trigger language plpgsql as
       'begin if (select count(*) from howdah.job_history) > 250 then raise ''disk full''; end if; return null; end';
     create trigger break_off after insert on howdah.job_history execute function public.break_off()`,
  );
  const args = ['cancel', '--task', 'works', '--queue', 'default', '--state', 'available'];
  const { exitCode, stderr } = await howdah(...args);
  await queue.pool.query('drop function public.break_off cascade');
  assert.equal(exitCode, 1);
  assert.match(stderr, /^howdah: disk full\n {2}Done before that: 250 jobs; the same command goes on\n$/);
});

test('an answer that cannot be written is an error, without a stack', async () => {
  const env = { DATABASE_URL: queue.database.connectionString };
  const line = `'${process.execPath}' src/cli.ts queues > /dev/full`;
  const { exitCode, stderr } = await runInShell(line, env);
  assert.equal(exitCode, 1);
  assert.match(stderr, /^howdah: cannot write the answer: ENOSPC.*\n$/);
});

describe('howdah jobs --watch', () => {
  /** A watch in a process of its own, and what it has said. */
  function watch(databaseUrl: string) {
    const child = spawn(process.execPath, [CLI, 'jobs', '--watch', '--interval', '100ms', '--limit', '1'], {
      env: { ...process.env, DATABASE_URL: databaseUrl },
    });
    const said = { looks: 0, stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.looks += text.split('\n').length - 1;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said.stderr += text;
    });
    return { child, said, ended: once(child, 'exit') };
  }

  test('goes on when the database was away', async () => {
    const proxy = await startTcpProxy(queue.database.connectionString);
    const { child, said, ended } = watch(proxy.url);
    try {
      await waitFor('a look', () => said.looks > 0);
      proxy.block();
      await waitFor('that it has been cut off', () => {
        proxy.cut();
        return said.stderr.includes('looking again');
      });
      proxy.unblock();
      const { looks } = said;
      await waitFor('further looks', () => said.looks > looks + 1);
    } finally {
      child.kill('SIGINT');
      await proxy.stop();
    }
    assert.deepEqual(await ended, [0, null]);
  });

  test('ends at Ctrl-C also while a look has to wait', async () => {
    const { child, said, ended } = watch(queue.database.connectionString);
    await waitFor('a look', () => said.looks > 0);
    const client = await queue.pool.connect();
    try {
      await client.query('begin; lock table howdah.job_history in access exclusive mode');
      await waitFor('a look that waits', async () => {
        const { rows } = await queue.pool.query(
          "select from pg_stat_activity where application_name = 'howdah cli' and wait_event_type = 'Lock'",
        );
        return rows.length > 0;
      });
      child.kill('SIGINT');
      assert.deepEqual(await ended, [0, null]);
    } finally {
      await client.query('rollback');
      client.release();
    }
  });
});

test('a statement ends with the command that Ctrl-C ends', async () => {
  const child = spawn(process.execPath, [CLI, 'sql', 'select pg_sleep(600)'], {
    env: { ...process.env, DATABASE_URL: queue.database.connectionString },
  });
  const isSleeping = async () => {
    const { rows } = await queue.pool.query(
      "select from pg_stat_activity where query = 'select pg_sleep(600)' and state = 'active'",
    );
    return rows.length > 0;
  };
  await waitFor('the statement', isSleeping);
  child.kill('SIGINT');
  await waitFor('its end', async () => !(await isSleeping()));
});
