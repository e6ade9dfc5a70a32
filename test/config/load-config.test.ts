import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readBankSettings } from '../../src/bank/settings/bank-settings.ts';
import { ConfigError, loadConfig as loadQueueConfig } from '../../src/config.ts';
import { type FlatConfig, loadConfig, problemsOf } from './problems-of.ts';
import { PRODUCTION, VARIABLES } from './variables.ts';

const WHSEC = `whsec_${'A'.repeat(32)}`;

const DEFAULTS: FlatConfig = {
  environment: 'development',
  databaseUrl: undefined,
  databaseDirectUrl: undefined,
  schema: 'howdah',
  host: '127.0.0.1',
  port: 3000,
  healthPort: undefined,
  publicUrl: undefined,
  queues: [
    { name: 'critical', concurrency: 10 },
    { name: 'default', concurrency: 5 },
  ],
  smtpUrl: undefined,
  mailFrom: 'Simple Bank <no-reply@simplebank.example>',
  adminToken: undefined,
  viewerToken: undefined,
  workerToken: undefined,
  secretKey: undefined,
  verifyEmailDelayMs: 0,
  shutdownTimeoutMs: 8_000,
  shutdownDelayMs: 0,
  keepAliveTimeoutMs: 65_000,
  trustedProxies: undefined,
  maxConnections: 2_000,
  routes: undefined,
  sources: undefined,
  taskDistributor: 'postgres',
  rabbitmqUrl: undefined,
  kafkaUrl: undefined,
  webhookSecrets: undefined,
  webhookTimeoutMs: undefined,
  webhookConcurrency: undefined,
  webhookAllowPrivate: undefined,
  autoMigrate: true,
  auditRetentionMs: 90 * 86_400_000,
  migrateTimeoutMs: 600_000,
  requestTimeoutMs: 10_000,
  logLevel: 'info',
  dataDir: resolve('.howdah'),
  signUpRateLimit: { limit: 20, windowMs: 60_000 },
  verifyRateLimit: { limit: 30, windowMs: 60_000 },
  resendRateLimit: { limit: 10, windowMs: 60_000 },
};

/** Variable, its value, the field it sets and the value of that. */
const ACCEPTED: [string, string, keyof FlatConfig, unknown][] = [
  ['NODE_ENV', 'development', 'environment', 'development'],
  ['NODE_ENV', 'test', 'environment', 'development'],
  ['NODE_ENV', 'development', 'environment', 'development'],
  ['DATABASE_URL', 'postgres://a:b@db:5432/bank', 'databaseUrl', 'postgres://a:b@db:5432/bank'],
  ['DATABASE_URL', 'postgresql:///bank?host=/run/pg', 'databaseUrl', 'postgresql:///bank?host=/run/pg'],
  ['DATABASE_URL', 'postgres://a:100%25@db/bank', 'databaseUrl', 'postgres://a:100%25@db/bank'],
  ['HOST', '0.0.0.0', 'host', '0.0.0.0'],
  ['HOST', '::1', 'host', '::1'],
  ['HOST', 'bank-1.example', 'host', 'bank-1.example'],
  ['PORT', '0', 'port', 0],
  ['PORT', '65535', 'port', 65_535],
  ['HEALTH_PORT', '0', 'healthPort', 0],
  ['PUBLIC_URL', 'https://bank.example', 'publicUrl', 'https://bank.example'],
  ['PUBLIC_URL', 'https://bank.example/jobs//', 'publicUrl', 'https://bank.example/jobs'],
  ['SMTP_URL', 'smtp://mail.example:25', 'smtpUrl', 'smtp://mail.example:25'],
  ['SMTP_URL', 'smtps://a:b@mail.example', 'smtpUrl', 'smtps://a:b@mail.example'],
  ['MAIL_FROM', 'bank@localhost', 'mailFrom', 'bank@localhost'],
  ['MAIL_FROM', '<a@bank.example>', 'mailFrom', '<a@bank.example>'],
  ['MAIL_FROM', '"Bank, the" <a+b@bank.example>', 'mailFrom', '"Bank, the" <a+b@bank.example>'],
  ['MAIL_FROM', 'Škofja Loka <a@bank.example>', 'mailFrom', 'Škofja Loka <a@bank.example>'],
  ['ADMIN_TOKEN', 'x+/=', 'adminToken', 'x+/='],
  ['VIEWER_TOKEN', 'v', 'viewerToken', 'v'],
  ['WORKER_TOKEN', 'w', 'workerToken', 'w'],
  ['SECRET_KEY', 'k'.repeat(32), 'secretKey', 'k'.repeat(32)],
  ['VERIFY_EMAIL_DELAY', '10s', 'verifyEmailDelayMs', 10_000],
  ['VERIFY_EMAIL_DELAY', '30d', 'verifyEmailDelayMs', 2_592_000_000],
  ['SHUTDOWN_TIMEOUT', '0s', 'shutdownTimeoutMs', 0],
  ['SHUTDOWN_TIMEOUT', '24h', 'shutdownTimeoutMs', 86_400_000],
  ['AUTO_MIGRATE', 'on', 'autoMigrate', true],
  ['AUTO_MIGRATE', 'off', 'autoMigrate', false],
  ['AUDIT_RETENTION', '1h', 'auditRetentionMs', 3_600_000],
  ['AUDIT_RETENTION', '36500d', 'auditRetentionMs', 36_500 * 86_400_000],
  ['MIGRATE_TIMEOUT', '30s', 'migrateTimeoutMs', 30_000],
  ...['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'].map(
    (level): [string, string, keyof FlatConfig, unknown] => ['LOG_LEVEL', level, 'logLevel', level],
  ),
  ['DATA_DIR', '/var/lib/howdah', 'dataDir', '/var/lib/howdah'],
  ['DATA_DIR', 'data', 'dataDir', resolve('data')],
  ['SIGN_UP_RATE_LIMIT', '5/500ms', 'signUpRateLimit', { limit: 5, windowMs: 500 }],
  ['SIGN_UP_RATE_LIMIT', 'off', 'signUpRateLimit', undefined],
  ['VERIFY_RATE_LIMIT', '100/1h', 'verifyRateLimit', { limit: 100, windowMs: 3_600_000 }],
  ['RESEND_RATE_LIMIT', 'off', 'resendRateLimit', undefined],
  ['MAX_CONNECTIONS', '10', 'maxConnections', 10],
  ['ROUTES', ' *=kafka ', 'routes', '*=kafka'],
  ['TASK_DISTRIBUTOR', 'rabbitmq', 'taskDistributor', 'rabbitmq'],
  ['RABBITMQ_URL', 'amqps://a:b@mq.example/bank', 'rabbitmqUrl', 'amqps://a:b@mq.example/bank'],
  ['KAFKA_URL', 'kafka://a:9092,[::1]:9093', 'kafkaUrl', 'kafka://a:9092,[::1]:9093'],
  ['KAFKA_URL', 'kafka://a:b@one,two?tls', 'kafkaUrl', 'kafka://a:b@one,two?tls'],
  ['WEBHOOK_SECRETS', WHSEC, 'webhookSecrets', { shared: [WHSEC], byTask: new Map() }],
  ['WEBHOOK_TIMEOUT', '100ms', 'webhookTimeoutMs', 100],
  ['WEBHOOK_CONCURRENCY', '1000', 'webhookConcurrency', 1_000],
  [
    'WEBHOOK_ALLOW_PRIVATE',
    'hooks.internal',
    'webhookAllowPrivate',
    [{ kind: 'name', name: 'hooks.internal' }],
  ],
  ['PORT', ' 8080\r', 'port', 8080],
];

/** Variable, a value it may not have, and what the message must say. */
const REJECTED: [string, string, RegExp][] = [
  ['NODE_ENV', 'prod', /did you mean production\?; received "prod"/],
  ['NODE_ENV', 'Production', /did you mean production\?/],
  ['NODE_ENV', 'prodution', /did you mean production\?/],
  ['NODE_ENV', 'dev', /did you mean development\?; received "dev"/],
  ['NODE_ENV', 'Development', /did you mean development\?/],
  ['NODE_ENV', 'developement', /did you mean development\?/],
  ['NODE_ENV', 'Test', /did you mean test\?/],
  ['DATABASE_URL', 'mysql://db/bank', /PostgreSQL.*e\.g\. postgres:\/\/.*received "mysql:\/\/db\/bank"/],
  ['DATABASE_URL', 'localhost:5432/bank', /e\.g\. postgres:.*received "localhost:5432\/bank"/],
  ['DATABASE_URL', 'postgres:bank', /e\.g\. postgres:/],
  ['DATABASE_URL', 'postgres://a:100%@db/bank', /%25/],
  ['HOST', 'http://localhost', /without scheme and port, e\.g\. 127\.0\.0\.1; received "http:/],
  ['HOST', 'localhost:3000', /without scheme and port/],
  ['HOST', '127.0.0.256', /e\.g\. 127\.0\.0\.1/],
  ['PORT', '65536', /from 0 to 65535.*e\.g\. 3000; received "65536"/],
  ['PORT', '-1', /from 0 to 65535/],
  ['PORT', '3e3', /from 0 to 65535/],
  ['PORT', '80.5', /from 0 to 65535/],
  ['HEALTH_PORT', '65536', /from 0 to 65535/],
  ['PUBLIC_URL', 'bank.example', /e\.g\. https:\/\/bank\.example; received "bank\.example"/],
  ['PUBLIC_URL', 'ftp://bank.example', /http: or https:/],
  ['PUBLIC_URL', 'https://bank.example?a=1', /without user, query and fragment/],
  ['PUBLIC_URL', 'https://a@bank.example', /without user, query and fragment/],
  ['SMTP_URL', 'mail.example:25', /smtp: or smtps:.*e\.g\. smtp:/],
  ['SMTP_URL', 'http://mail.example', /smtp: or smtps:.*received "http:\/\/mail\.example"/],
  ['SMTP_URL', 'smtp://', /smtp: or smtps:/],
  ['SMTP_URL', 'smtp://a:100%@mail', /%25/],
  ['MAIL_FROM', 'Simple Bank', /e\.g\. Simple Bank <no-reply@simplebank\.example>; received "Simple Bank"/],
  ['MAIL_FROM', 'a@b@c', /mail address/],
  ['MAIL_FROM', 'Bank <a@b>, Other <c@d>', /mail address/],
  ['MAIL_FROM', 'Bank\r\nBcc: x <a@b.example>', /mail address/],
  ['ADMIN_TOKEN', 'two words', /without spaces.*openssl rand -base64 32/],
  ['VIEWER_TOKEN', 'tökén', /ASCII.*openssl rand -base64 32/],
  ['SECRET_KEY', 'k'.repeat(31), /at least 32 characters.*openssl rand -base64 32; received 31 characters/],
  ['VERIFY_EMAIL_DELAY', '31d', /at most 30d/],
  ['SHUTDOWN_TIMEOUT', '8', /add a unit, 8s for seconds or 8ms/],
  ['SHUTDOWN_TIMEOUT', 'soon', /e\.g\. 500ms, 8s, 15m, 2h or 7d; received "soon"/],
  ['SHUTDOWN_TIMEOUT', '25h', /at most 1d/],
  ['AUTO_MIGRATE', 'no', /expected on or off; received "no"/],
  ['AUDIT_RETENTION', '59m', /at least 1h/],
  ['AUDIT_RETENTION', '36501d', /at most 36500d/],
  ['AUDIT_RETENTION', '90', /add a unit, 90s for seconds/],
  ['MIGRATE_TIMEOUT', '600', /add a unit, 600s for seconds/],
  ['LOG_LEVEL', 'verbose', /one of trace, debug, info, warn, error, fatal, silent.*received "verbose"/],
  ['SIGN_UP_RATE_LIMIT', '20', /e\.g\. 20\/1m, or off; received "20"/],
  ['SIGN_UP_RATE_LIMIT', '0/1m', /at least 1/],
  ['SIGN_UP_RATE_LIMIT', '20/0s', /at least 1/],
  ['SIGN_UP_RATE_LIMIT', '20/2d', /at most 1d/],
  ['SIGN_UP_RATE_LIMIT', '20/60', /add a unit to 60/],
  ['VERIFY_RATE_LIMIT', 'many', /e\.g\. 20\/1m, or off; received "many"/],
  ['RESEND_RATE_LIMIT', '1', /e\.g\. 20\/1m, or off; received "1"/],
  ['MAX_CONNECTIONS', '9', /from 10 to 1000000/],
  ['MAX_CONNECTIONS', '2k', /from 10 to 1000000/],
  ['TASK_DISTRIBUTOR', 'redis', /one of postgres, kafka, rabbitmq; received "redis"/],
  ['RABBITMQ_URL', 'http://mq', /amqp or amqps, e\.g\. amqp:.*received "http:\/\/mq"/],
  ['KAFKA_URL', 'one:9092', /e\.g\. kafka:\/\/.*received "one:9092"/],
  ['KAFKA_URL', 'kafka://one:9092/topic', /e\.g\. kafka:/],
  [
    'WEBHOOK_SECRETS',
    'whsec_c2VjcmV0',
    /24 to 64 bytes, received 6; make one.*; received 14 characters, not shown/,
  ],
  ['WEBHOOK_TIMEOUT', '99ms', /at least 100ms/],
  ['WEBHOOK_TIMEOUT', '61m', /at most 1h/],
  ['WEBHOOK_CONCURRENCY', '0', /from 1 to 1000; received "0"/],
  ['WEBHOOK_CONCURRENCY', '1001', /from 1 to 1000/],
  ['WEBHOOK_ALLOW_PRIVATE', '0.0.0.0/0', /is every address/],
  ['TRUSTED_PROXIES', '17', /at most 16 proxies/],
  ['TRUSTED_PROXIES', 'nginx', /e\.g\. 10\.0\.0\.0\/8.*"nginx" is no address/],
];

describe('loadConfig', () => {
  test('has a default for everything in development', () => {
    assert.deepEqual(loadConfig({}), DEFAULTS);
  });

  test('takes a blank variable for an absent one', () => {
    const blank = VARIABLES.map((variable, index) => [variable, index % 2 === 0 ? '' : ' \t']);
    assert.deepEqual(loadConfig(Object.fromEntries(blank)), DEFAULTS);
  });

  for (const [variable, value, field, expected] of ACCEPTED) {
    test(`reads ${variable}=${JSON.stringify(value)} as ${field} ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(loadConfig({ [variable]: value })[field], expected);
    });
  }

  for (const [variable, value, message] of REJECTED) {
    test(`rejects ${variable}=${JSON.stringify(value)}`, () => {
      const problems = problemsOf({ [variable]: value });
      assert.deepEqual(
        problems.map((each) => each.variable),
        [variable],
      );
      assert.match(problems[0]?.message ?? '', message);
    });
  }

  test('returns something that nobody can change', () => {
    const config = loadQueueConfig({}, { readSettings: readBankSettings });
    const { queues, settings } = config;
    const parts = [config, queues, ...queues, settings, settings.signUpRateLimit];
    assert.deepEqual(
      parts.filter((part) => !Object.isFrozen(part)),
      [],
    );
  });

  test('gives back every setting that production requires', () => {
    const { environment, databaseUrl, smtpUrl, publicUrl, secretKey, adminToken } = loadConfig(PRODUCTION);
    assert.deepEqual(
      [environment, databaseUrl, smtpUrl, publicUrl, secretKey, adminToken],
      [
        'production',
        PRODUCTION.DATABASE_URL,
        PRODUCTION.SMTP_URL,
        PRODUCTION.PUBLIC_URL,
        PRODUCTION.SECRET_KEY,
        PRODUCTION.ADMIN_TOKEN,
      ],
    );
  });

  test('throws nothing but a ConfigError, whatever the values are', () => {
    const fragments = fc.constantFrom(
      'smtp://',
      'postgres://',
      'a',
      ':',
      '@',
      '/',
      '%',
      '10',
      's',
      ',',
      '"',
      '<',
      '>',
    );
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webUrl(),
      fc.array(fragments, { maxLength: 8 }).map((parts) => parts.join('')),
    );
    const name = fc.oneof(fc.constantFrom(...VARIABLES), fc.string({ unit: 'grapheme', maxLength: 12 }));
    fc.assert(
      fc.property(fc.dictionary(name, fc.option(value, { nil: undefined })), (env) => {
        try {
          loadConfig(env);
        } catch (error) {
          assert.ok(error instanceof ConfigError, String(error));
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('the settings of an application', () => {
  test('are its own: without one, nobody asks for a mail server', () => {
    const { DATABASE_URL, NODE_ENV } = PRODUCTION;
    assert.deepEqual(loadQueueConfig({ DATABASE_URL, NODE_ENV }, { role: 'worker' }).settings, undefined);
  });

  test('are read with the others, and all mistakes are told at once', () => {
    const problems = problemsOf({ PORT: 'x', MAIL_FROM: 'x', SMTP_ULR: 'x' });
    assert.deepEqual(problems.map(({ variable }) => variable).sort(), ['MAIL_FROM', 'PORT', 'SMTP_ULR']);
  });
});
