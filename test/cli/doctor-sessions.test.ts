import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { judgeDefaults } from '../../src/cli/doctor/check-defaults.ts';
import { judgeSessions } from '../../src/cli/doctor/judge-sessions.ts';
import type { Sessions } from '../../src/db/connections/look-at-sessions.ts';
import { runToItsEnd } from '../integration/service-process.ts';
import { runHowdah } from '../support/howdah-cli.ts';
import { openTestQueue, type TestQueue } from '../support/test-queue.ts';

let queue: TestQueue;

before(async () => {
  queue = await openTestQueue([]);
});

after(() => queue.close());

async function withDefault<T>(setting: string, work: () => Promise<T>): Promise<T> {
  const { name } = queue.database;
  await queue.pool.query(`alter database ${name} set ${setting}`);
  try {
    return await work();
  } finally {
    await queue.pool.query(`alter database ${name} reset all`);
  }
}

const env = () => ({ DATABASE_URL: queue.database.connectionString });

describe('npx howdah doctor', () => {
  test('says that Howdah has sessions of its own, and that no default is in its way', async () => {
    const { stdout } = await runHowdah(['doctor', '--text'], env());
    assert.match(stdout, /ok +sessions of Postgres itself\n/);
    assert.match(stdout, /ok +defaults of the database and the role: none that Howdah has to do without\n/);
  });

  test('names the defaults that Howdah does without, and works on with its own', async () => {
    const { stdout, exitCode } = await withDefault("datestyle = 'German'", () =>
      withDefault("statement_timeout = '5s'", () => runHowdah(['doctor', '--text'], env())),
    );
    assert.equal(exitCode, 0, stdout);
    assert.match(
      stdout,
      /warn +defaults that Howdah's own sessions do without: datestyle = German \(database\), statement_timeout = 5s \(database\)\n/i,
    );
  });

  test('reports sessions in which no trigger fires, and no service starts with them', async () => {
    const [{ stdout }, { complaints, exitCode }] = await withDefault(
      'session_replication_role = replica',
      async () => [
        await runHowdah(['doctor', '--text'], env()),
        await runToItsEnd({ command: 'migrate', env: env() }),
      ],
    );
    const said =
      /sessions there have session_replication_role = replica \(Howdah relies on origin\).* set session_replication_role = 'origin';/;
    assert.match(stdout, said);
    assert.match(complaints, said);
    assert.equal(exitCode, 1);
  });
});

describe('the judgement of defaults', () => {
  test('tells the ones that are overridden from the ones that are left alone', () => {
    const findings = judgeDefaults(
      [
        { name: 'TimeZone', value: 'Europe/Berlin', of: 'role' },
        { name: 'row_security', value: 'on', of: 'database' },
        { name: 'work_mem', value: '64MB', of: 'database' },
        { name: 'synchronous_commit', value: 'off', of: 'role in this database' },
      ],
      [
        { name: 'TimeZone', value: 'Europe/Berlin', wanted: 'UTC' },
        { name: 'array_nulls', value: 'off', wanted: 'on' },
      ],
    );
    assert.deepEqual(
      findings.map(({ level, what }) => [level, what]),
      [
        [
          'warning',
          "defaults that Howdah's own sessions do without: TimeZone = Europe/Berlin (role), array_nulls = off (server or pooler)",
        ],
        ['warning', 'synchronous_commit = off (role in this database)'],
      ],
    );
  });
});

describe('the judgement of sessions', () => {
  const sessions: Sessions = {
    kind: 'shared',
    role: 'bank',
    database: 'bank',
    place: '',
    foreign: [],
    lacking: [],
  };
  const judge = (directKind: Sessions['kind']) =>
    judgeSessions(sessions, { variable: 'DATABASE_URL', directKind }).map(({ level }) => level);

  test('depends on whether there is another way for what needs a session', () => {
    assert.deepEqual(judge('shared'), ['error']);
    assert.deepEqual(judge('own'), ['ok']);
    assert.deepEqual(judge('kept'), ['ok']);
  });
});
