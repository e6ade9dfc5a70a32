import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { COMMANDS } from '../../src/cli/commands.ts';
import { runHere, runHowdah, runInShell } from '../support/howdah-cli.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe('npx howdah', () => {
  test('without a command lists all of them', async () => {
    const { exitCode, stdout } = await runHowdah([]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /^Usage: npx howdah <command>/);
    for (const { name, summary } of COMMANDS)
      assert.match(stdout, new RegExp(`^  ${name} +${summary.slice(0, 12)}`, 'm'));
  });

  test('is what npx starts', async () => {
    const { exitCode, stdout } = await runInShell('npx howdah --version');
    assert.equal(exitCode, 0);
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
  });

  for (const [version, isOld] of [
    ['20.20.2', true],
    ['22.17.1', true],
    ['22.18.0', false],
  ] as const) {
    test(`${isOld ? 'says in a line that it does not run' : 'runs'} on Node ${version}`, async () => {
      const old = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } })`;
      const bin = fileURLToPath(new URL('../../bin/howdah.js', import.meta.url));
      const args = ['--import', `data:text/javascript,${old}`, bin, '--version'];
      const said = await promisify(execFile)(process.execPath, args).catch(
        (error: { stderr: string }) => error,
      );
      assert.equal(said.stderr, isOld ? `howdah: expected Node 22.18 or later, this is ${version}\n` : '');
    });
  }

  test('expects the Node that package.json names', async () => {
    const { engines } = JSON.parse(await readFile(`${ROOT}/package.json`, 'utf8'));
    assert.equal(engines.node, '>=22.18');
  });

  for (const { name } of COMMANDS) {
    test(`shows options and examples of ${name}`, async () => {
      const { exitCode, stdout } = await runHere([name, '--help']);
      assert.equal(exitCode, 0);
      assert.match(stdout, new RegExp(`^Usage: npx howdah ${name}\\b.*\\[options\\]`));
      assert.match(stdout, new RegExp(`Examples:\\n  npx howdah ${name}\\b.*\\n      .+`));
      assert.match(stdout, /--json .*\n.*--text .*\n.*--help /);
      assert.match(stdout, /Exit codes: 0 done, 1 .*, 2 wrongly called\./);
    });
  }

  test('shows the help of a command by either spelling', async () => {
    const [one, other] = await Promise.all([runHere(['help', 'sql']), runHere(['sql', '-h'])]);
    assert.match(one.stdout, /Usage: npx howdah sql/);
    assert.equal(one.stdout, other.stdout);
  });

  for (const { name, load } of COMMANDS) {
    test(`has ${name} take --config, or say that it reads no application`, async () => {
      const { options = {} } = await load();
      if (['start', 'worker', 'api', 'dev', 'migrate', 'doctor'].includes(name))
        return assert.ok('config' in options);
      const { exitCode, stderr } = await runHere([name, '--config', 'howdah.config.ts']);
      assert.equal(exitCode, 2);
      assert.match(stderr, /--config: this command reads no application, .*DATABASE_URL/);
    });
  }

  test('loads no package to show its help, whatever the command', async () => {
    const names = COMMANDS.map(({ name }) => name);
    const script = `
      import { registerHooks } from 'node:module';
      const loaded = [];
      registerHooks({ resolve(specifier, context, next) {
        const found = next(specifier, context);
        if (found.url.includes('/node_modules/')) loaded.push(specifier);
        return found;
      } });
      const { runCommandLine } = await import('./src/cli/run-command-line.ts');
      const quiet = { write: () => true };
      for (const name of ${JSON.stringify(names)}) {
        await runCommandLine([name, '--help'], { stdout: quiet, stderr: process.stderr });
        if (loaded.length > 0) console.log(name, ...loaded.splice(0));
      }`;
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd: ROOT });
    assert.equal((await run).stdout, '');
  });

  const wrong: [string[], RegExp][] = [
    [['jbs'], /there is no command "jbs"; did you mean jobs\?/],
    [['heal'], /there is no command "heal"\n/],
    [['--json', 'jobs'], /expected a command first, received "--json"/],
    [['jobs', '--que', 'x'], /jobs: unknown option --que; did you mean --queue\?/],
    [['jobs', '--stat=running'], /unknown option --stat; did you mean --state\?/],
    [
      ['jobs', '--state', 'runing'],
      /--state: expected one of scheduled, .*received "runing"; did you mean running\?/,
    ],
    [['jobs', '--state'], /--state expects a value, STATE/],
    [
      ['jobs', '--queue', '--watch'],
      /--queue expects a value, NAME; write --queue=--watch if that is the value/,
    ],
    [['jobs', '--watch=yes'], /--watch takes no value/],
    [
      ['jobs', '--since', 'yesterday'],
      /--since: expected how long ago, e\.g\. 2h, or an instant, .*"yesterday"/,
    ],
    [['jobs', '--limit', '0'], /--limit: expected a whole number 1 to 10000; received "0"/],
    [['jobs', '--payload', '{'], /--payload: expected JSON; received "\{"/],
    [['jobs', '17'], /jobs: expected no arguments, received "17" as well/],
    [['jobs', '--json', '--text'], /--json and --text exclude each other/],
    [['job'], /job: expected ID/],
    [['job', '1', '2'], /job: expected only ID, received "2" as well/],
    [['job', 'x'], /expected the id of a job, a positive whole number; received "x"/],
    [['retry'], /expected the ids of jobs, or a filter such as --queue default/],
    [['retry', '1', '--queue', 'default'], /expected ids or a filter, received both/],
    [['retry', '--state', 'running'], /--state: expected one of discarded, .*; received "running"/],
    [['reschedule', '1'], /expected either --at or --in/],
    [
      ['reschedule', '1', '--at', '0000-01-01T00:00:00Z'],
      /--at: expected an instant, e\.g\. .*or 2026-11-21 for/,
    ],
    [['reschedule', '1', '--at', '2026-02-30'], /--at: expected an instant, e\.g\. .*received "2026-02-30"/],
    [['reschedule', '1', '--in', '5'], /--in: expected a duration.*add a unit, 5s for seconds/],
    [['pause'], /expected names of queues, or --all/],
    [['completion', 'bsh'], /expected bash or zsh; received "bsh"; did you mean bash\?/],
    [['enqueue', 'x', '{'], /the payload is not JSON/],
    [['enqueue', 'x', '{}', '--priority', 'high'], /--priority: expected a whole number .*received "high"/],
    [['enqueue', 'x', '{}', '--header', 'a'], /--header: expected NAME=VALUE; received "a"/],
  ];
  for (const [args, message] of wrong) {
    test(`refuses "${args.join(' ')}" with exit code 2`, async () => {
      const { exitCode, stdout, stderr } = await runHere(args);
      assert.equal(exitCode, 2, stderr);
      assert.match(stderr, message);
      assert.match(stderr, /^howdah: /);
      assert.equal(stdout, '');
    });
  }

  test('refuses it in a process of its own as well', async () => {
    const { exitCode, stdout, stderr } = await runHowdah(['jbs']);
    assert.deepEqual([exitCode, stdout], [2, '']);
    assert.match(stderr, /^howdah: there is no command "jbs"; did you mean jobs\?/);
  });

  test('says in one line that there is no database', async () => {
    const { exitCode, stderr } = await runHowdah(['jobs']);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^howdah: no database: set DATABASE_URL, or run npx howdah dev, .*\n$/);
  });

  test('says in one line that the database cannot be reached, without its password', async () => {
    const env = { DATABASE_URL: 'postgres://me:secret@127.0.0.1:9/none' };
    for (const args of [['queues'], ['sql', 'select 1'], ['cancel', '1']]) {
      const { exitCode, stdout, stderr } = await runHowdah(args, env);
      assert.equal(exitCode, 1);
      assert.match(
        stderr,
        /^howdah: DATABASE_URL: cannot connect to postgres:\/\/me:\*\*\*@127\.0\.0\.1:9\/none: .*\n$/,
      );
      assert.equal(stdout, '');
    }
  });

  test('needs no other setting of the service', async () => {
    const { exitCode, stderr } = await runHowdah(['jobs'], { NODE_ENV: 'production', PORT: 'x' });
    assert.equal(exitCode, 1);
    assert.match(stderr, /no database/);
  });

  test('reports a mistaken DATABASE_URL', async () => {
    const { exitCode, stderr } = await runHowdah(['jobs'], { DATABASE_URL: 'mysql://x' });
    assert.equal(exitCode, 1);
    assert.match(stderr, /DATABASE_URL: expected .*postgres/);
  });
});

describe('docs/cli.md', () => {
  test('has every command with every option of its own', async () => {
    const text = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8');
    for (const { name, load } of COMMANDS) {
      const { options = {} } = await load();
      assert.match(text, new RegExp(`^### ${name}$`, 'm'));
      for (const option of Object.keys(options))
        assert.ok(text.includes(`--${option}`), `${name} --${option}`);
    }
  });
});
