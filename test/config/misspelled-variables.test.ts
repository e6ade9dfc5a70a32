import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isWithinEdits } from '../../src/config/mistakes/edit-distance.ts';
import { loadConfig, problemsOf } from './problems-of.ts';
import { VARIABLES } from './variables.ts';

const MISSPELLED = {
  QUEUE: 'QUEUES',
  QUEUESS: 'QUEUES',
  QUEEUS: 'QUEUES',
  DATABSE_URL: 'DATABASE_URL',
  DATABASE_URI: 'DATABASE_URL',
  DATABASE_UR: 'DATABASE_URL',
  SMTP_URI: 'SMTP_URL',
  PROT: 'PORT',
  PUBLIC_ULR: 'PUBLIC_URL',
  MAIL_FORM: 'MAIL_FROM',
  ADMIN_TOKENS: 'ADMIN_TOKEN',
  SECRETKEY: 'SECRET_KEY',
  SHUTDOWN_TIMEOUT_MS: 'SHUTDOWN_TIMEOUT',
  VERIFY_EMAIL_DELAY_SECONDS: 'VERIFY_EMAIL_DELAY',
  SIGNUP_RATE_LIMIT: 'SIGN_UP_RATE_LIMIT',
};

/** What shells, containers, CI services, Kubernetes, Node and other programs set. */
const OF_OTHERS =
  `HOSTNAME HOSTTYPE MACHTYPE OSTYPE HOME PWD OLDPWD PATH USER LOGNAME SHELL SHLVL TERM LANG LC_ALL TZ
  MAIL MAILCHECK MAILPATH MAILTO EDITOR PAGER DISPLAY TMPDIR TEMP TMP UID EUID PPID IFS PS1 HISTFILE HISTSIZE COLUMNS LINES
  OSTYPE SSH_AUTH_SOCK SSH_CONNECTION XDG_DATA_DIRS XDG_DATA_HOME XDG_RUNTIME_DIR DBUS_SESSION_BUS_ADDRESS WINDOWID
  CI GITHUB_TOKEN GITHUB_ACTIONS GITHUB_REF GITHUB_SHA RUNNER_OS RUNNER_TEMP GITLAB_CI CI_JOB_TOKEN CI_REGISTRY JENKINS_URL
  BUILD_URL JOB_NAME CIRCLECI TRAVIS BUILDKITE KUBERNETES_PORT KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT POD_NAME POD_IP
  NODE_OPTIONS NODE_PATH NODE_VERSION NODE_EXTRA_CA_CERTS NODE_DEBUG NODE_NAME NPM_TOKEN NPM_CONFIG_LOGLEVEL YARN_VERSION INIT_CWD
  PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE PGDATA POSTGRES_USER POSTGRES_PASSWORD POSTGRES_DB DB_HOST DB_PORT
  DATABASE_HOST DATABASE_PORT DATABASE_USER DATABASE_NAME DATABASE_PASSWORD REDIS_URL REDIS_HOST REDIS_PORT
  SMTP_HOST SMTP_PORT SMTP_USER SMTP_PASS SMTP_PASSWORD SMTP_FROM SMTP_SSL SMTP_TLS MAIL_HOST MAIL_PORT MAIL_TO
  PUBLIC_IP PUBLIC_KEY PUBLIC_DIR PUBLIC_PORT SECRET_KEY_BASE SECRET_NAME SECRET_ID ADMIN_USER ADMIN_EMAIL ADMIN_PASSWORD
  HTTP_PORT HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY API_TOKEN ACCESS_TOKEN LOG_FORMAT LOG_FILE DATA_PATH DATA_HOME DEBUG
  APP_ENV RAILS_ENV NODE_HOME JAVA_HOME AWS_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY DYNO FLY_APP_NAME K_SERVICE
  RENDER RAILWAY_PUBLIC_DOMAIN VERCEL_URL WEBSITE_HOSTNAME FORCE_COLOR NO_COLOR COLORTERM VIRTUAL_ENV WSL_DISTRO_NAME`.split(
    /\s+/,
  );

describe('A misspelled variable', () => {
  for (const [variable, meant] of Object.entries(MISSPELLED)) {
    test(`${variable} is a problem that names ${meant}`, () => {
      const expected = [{ variable, message: `unknown variable; did you mean ${meant}?` }];
      assert.deepEqual(problemsOf({ [variable]: 'x' }), expected);
    });
  }

  test('is no problem when the right one is set too, as it then belongs to another program', () => {
    assert.equal(
      loadConfig({ DATABASE_URI: 'x', DATABASE_URL: 'postgres://db/bank' }).environment,
      'development',
    );
  });

  test('is no problem when it is blank', () => {
    assert.deepEqual(problemsOf({ QUEUE: '' }), []);
  });

  test('is none of the variables that shells, containers and CI services set', () => {
    assert.deepEqual(problemsOf(Object.fromEntries(OF_OTHERS.map((variable) => [variable, 'x']))), []);
  });

  test('is none of the variables of this very process', () => {
    const others = Object.entries(process.env).filter(
      ([name]) => !(VARIABLES as readonly string[]).includes(name),
    );
    assert.deepEqual(problemsOf(Object.fromEntries(others)), []);
  });

  test('is never one known variable for another', () => {
    const messages = VARIABLES.flatMap((variable) => problemsOf({ [variable]: '?' })).map(
      ({ message }) => message,
    );
    assert.deepEqual(
      messages.filter((message) => message.startsWith('unknown variable')),
      [],
    );
  });
});

describe('isWithinEdits', () => {
  const cases: [number, string, string, boolean][] = [
    [0, 'abc', 'abc', true],
    [0, 'abc', 'abd', false],
    [1, 'abc', 'ab', true],
    [1, 'abc', 'abbc', true],
    [1, 'abc', 'acb', true],
    [1, 'abc', 'cba', false],
    [2, 'abc', 'cba', true],
    [2, '', 'ab', true],
    [2, '', 'abc', false],
    [2, 'kitten', 'sitting', false],
  ];
  for (const [edits, one, other, expected] of cases) {
    test(`says ${expected} for ${edits} edits between "${one}" and "${other}"`, () => {
      assert.equal(isWithinEdits(edits, one, other), expected);
    });
  }

  test('does not mind the order of the words', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 });
    fc.assert(
      fc.property(word, word, (one, other) => isWithinEdits(2, one, other) === isWithinEdits(2, other, one)),
    );
  });
});
