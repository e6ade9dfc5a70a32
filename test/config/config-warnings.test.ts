import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bankWarnings, readBankSettings } from '../../src/bank/settings/bank-settings.ts';
import { configWarnings, loadConfig } from '../../src/config.ts';
import { PRODUCTION } from './variables.ts';

const SUSPICIOUS: [Record<string, string>, RegExp][] = [
  [{ QUEUES: 'a:101,b:100' }, /QUEUES.* 201 jobs/],
  [{ SHUTDOWN_TIMEOUT: '0s' }, /SHUTDOWN_TIMEOUT is 0s/],
  [{ HOST: '0.0.0.0' }, /HOST is 0\.0\.0\.0, so whoever/],
  [{ ...PRODUCTION, DATABASE_URL: 'postgres://db/bank?sslmode=require' }, /sslmode=require/],
  [{ ...PRODUCTION, PUBLIC_URL: 'http://bank.example' }, /PUBLIC_URL is not https/],
];

const HARMLESS: Record<string, string>[] = [
  {},
  PRODUCTION,
  { QUEUES: 'a:100,b:100' },
  { SHUTDOWN_TIMEOUT: '1ms' },
  { ADMIN_TOKEN: 'short', VIEWER_TOKEN: 'also-short', PUBLIC_URL: 'http://localhost:3000' },
  { ...PRODUCTION, HOST: '0.0.0.0' },
  { HOST: 'localhost' },
  { HOST: '::1' },
  { ...PRODUCTION, DATABASE_URL: 'postgres://db/bank?sslmode=verify-full' },
  { DATABASE_URL: 'postgres://db/bank?sslmode=require' },
];

describe('configWarnings', () => {
  for (const [env, expected] of SUSPICIOUS) {
    test(`warns: ${expected.source}`, () => {
      const [warning, ...others] = warningsOf(env);
      assert.match(warning ?? '', expected);
      assert.deepEqual(others, []);
    });
  }

  for (const env of HARMLESS) {
    test(`says nothing about ${JSON.stringify(env)}`, () => assert.deepEqual(warningsOf(env), []));
  }
});

/** Those of the service and of its application, the bank. */
function warningsOf(env: Record<string, string>): string[] {
  const config = loadConfig(env, { readSettings: readBankSettings });
  return [...configWarnings(config), ...bankWarnings(config.settings, { ...config, role: 'all' })];
}
