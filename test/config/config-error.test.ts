import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigError } from '../../src/config.ts';
import { loadConfig, problemsOf } from './problems-of.ts';
import { PRODUCTION } from './variables.ts';

const REQUIRED = ['DATABASE_URL', 'SECRET_KEY', 'SMTP_URL', 'PUBLIC_URL', 'ADMIN_TOKEN'] as const;

/** Mistaken values that hold hunter2, which no report may show. */
const SECRETIVE: [string, string][] = [
  ['SECRET_KEY', 'hunter2'],
  ['ADMIN_TOKEN', 'hunter2 hunter2'],
  ['VIEWER_TOKEN', 'hunter2 hunter2'],
  ['DATABASE_URL', 'mysql://bank:hunter2@db/bank'],
  ['DATABASE_URL', 'postgres://bank:hun@/ter2hunter2@db:port/bank'],
  ['DATABASE_URL', 'postgres://bank:hunter2%@db/bank'],
  ['DATABASE_URL', 'postgres://bank:hunter2'],
  ['DATABASE_URL', 'postgres:/bank:hunter2@db'],
  ['DATABASE_URL', 'bank:hunter2@db/bank'],
  ['DATABASE_URL', 'host=db user=bank password=hunter2'],
  ['DATABASE_URL', "host=db Password = 'hunter2'"],
  ['DATABASE_URL', 'mysql://db/bank?password=hunter2'],
  ['DATABASE_URL', 'mysql://db/bank?sslpassword=hunter2&x=1'],
  ['SMTP_URL', 'http://bank:hunter2@mail'],
  ['SMTP_URL', 'smtp:bank:hunter2@mail'],
  ['SMTP_URL', 'smtp:bank:hunter2'],
  ['SMTP_URL', 'bank:hunter2'],
  ['SMTP_URL', 'http://mail?auth.pass=hunter2'],
  ['PUBLIC_URL', 'https://bank:hunter2@bank.example'],
  ['SECRET_KEYS', 'hunter2'],
];

describe('A configuration error', () => {
  test('reports every mistake at once, each with its variable', () => {
    const env = {
      PORT: 'http',
      QUEUES: 'Critical:10,default:0',
      LOG_LEVEL: 'loud',
      SHUTDOWN_TIMEOUT_MS: '1',
      SECRET_KEY: 'x',
    };
    const expected = ['LOG_LEVEL', 'PORT', 'QUEUES', 'QUEUES', 'SECRET_KEY', 'SHUTDOWN_TIMEOUT_MS'];
    assert.deepEqual(variablesOf(env).sort(), expected);
  });

  test('is a report of one line a mistake', () => {
    const expected = [
      'The configuration has 2 mistakes:',
      '  PORT: expected a port from 0 to 65535 (0 takes any free one), e.g. 3000; received "http"',
      '  QUEUE: unknown variable; did you mean QUEUES?',
    ].join('\n');
    assert.throws(() => loadConfig({ PORT: 'http', QUEUE: 'a:1' }), {
      name: 'ConfigError',
      message: expected,
    });
  });

  test('stays one line a mistake when a value has many lines', () => {
    assert.equal(messageOf({ MAIL_FROM: 'a\nb\nc' }).split('\n').length, 2);
  });

  test('cuts a long value', () => {
    assert.ok(messageOf({ PORT: '9'.repeat(10_000) }).length < 400);
  });

  for (const [variable, value] of SECRETIVE) {
    test(`does not show the secret in ${variable}=${value}`, () => {
      const message = messageOf({ [variable]: value });
      assert.match(message, new RegExp(`^  ${variable}: `, 'm'));
      assert.doesNotMatch(message, /hun|ter2/);
    });
  }

  test('shows the host of an address whose password it hides', () => {
    assert.match(
      messageOf({ DATABASE_URL: 'mysql://bank:pw@db:3306/bank' }),
      /mysql:\/\/\*\*\*@db:3306\/bank/,
    );
  });

  test('cannot be changed', () => {
    const problems = problemsOf({ PORT: 'x' });
    assert.ok(Object.isFrozen(problems) && Object.isFrozen(problems[0]));
  });
});

describe('In production', () => {
  for (const variable of REQUIRED) {
    test(`${variable} is required, with a hint how to make one`, () => {
      const [problem, ...others] = problemsOf({ ...PRODUCTION, [variable]: undefined });
      assert.deepEqual([problem?.variable, others], [variable, []]);
      assert.match(problem?.message ?? '', /required in production.*(e\.g\. |openssl rand -base64 32)/);
    });
  }

  test('everything missing is reported at once', () => {
    assert.deepEqual(variablesOf({ NODE_ENV: 'production' }).sort(), [...REQUIRED].sort());
  });

  test('and in every other environment that is not development or test, the same', () => {
    for (const environment of ['staging', 'qa', 'preview', 'live']) {
      assert.deepEqual(variablesOf({ NODE_ENV: environment }).sort(), [...REQUIRED].sort(), environment);
      const short = { ...PRODUCTION, NODE_ENV: environment, ADMIN_TOKEN: 'a' };
      assert.deepEqual(variablesOf(short), ['ADMIN_TOKEN'], environment);
    }
    for (const environment of [undefined, '', 'development', 'test'])
      assert.deepEqual(problemsOf({ NODE_ENV: environment, ADMIN_TOKEN: 'a' }), []);
  });

  test('a mistaken setting is not reported as missing too', () => {
    assert.deepEqual(variablesOf({ ...PRODUCTION, SECRET_KEY: 'short' }), ['SECRET_KEY']);
  });

  test('a token that can be guessed is refused, and of it only its length is told', () => {
    const short = { ADMIN_TOKEN: 'a', VIEWER_TOKEN: 'b'.repeat(31) };
    assert.deepEqual(problemsOf(short), []);
    const [admin, viewer, ...others] = problemsOf({ ...PRODUCTION, ...short });
    assert.deepEqual([admin?.variable, viewer?.variable, others], ['ADMIN_TOKEN', 'VIEWER_TOKEN', []]);
    assert.match(admin?.message ?? '', /^expected at least 32 characters in production, received 1;/);
    assert.match(viewer?.message ?? '', /received 31; make one with: openssl/);
    assert.deepEqual(problemsOf({ ...PRODUCTION, ADMIN_TOKEN: 'a'.repeat(32) }), []);
  });

  test('a blank setting is missing', () => {
    assert.deepEqual(variablesOf({ ...PRODUCTION, ADMIN_TOKEN: ' ' }), ['ADMIN_TOKEN']);
  });
});

test('The viewer token may not be the admin token', () => {
  const [problem, ...others] = problemsOf({ ADMIN_TOKEN: 'same-token', VIEWER_TOKEN: 'same-token' });
  assert.deepEqual([problem?.variable, others], ['VIEWER_TOKEN', []]);
  assert.match(problem?.message ?? '', /another token than ADMIN_TOKEN/);
  assert.doesNotMatch(problem?.message ?? '', /same-token/);
});

function variablesOf(env: Record<string, string | undefined>): string[] {
  return problemsOf(env).map(({ variable }) => variable);
}

function messageOf(env: Record<string, string>): string {
  return new ConfigError(problemsOf(env)).message;
}
