import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { createLogger } from '../../src/observability/logger.ts';
import { withSafeErrors } from '../../src/observability/safe-errors.ts';

const SECRET = 'SECRETaccount';

/** As drizzle throws it, with fields that JSON shows. */
function failedQuery(): Error {
  const cause = Object.assign(new Error('duplicate key value'), {
    code: '23505',
    detail: `Key (email)=(${SECRET}) already exists.`,
  });
  const message = `Failed query: insert into users\nparams: ${SECRET}`;
  return Object.assign(new Error(message, { cause }), { query: 'insert into users', params: [SECRET] });
}

test('an error in a line tells no values, whatever the field is called', () => {
  const lines: string[] = [];
  const log = createLogger({ destination: { write: (line) => lines.push(line) } });
  log.warn({ failure: failedQuery() }, 'as a field');
  log.warn({ failures: [failedQuery(), 'words'] }, 'in a list');
  log.warn('failed: %s', failedQuery());
  log.child({ part: 'x' }).warn({ failure: failedQuery() }, 'of a child');
  assert.equal(lines.length, 4);
  for (const line of lines) {
    assert.match(line, /duplicate key value/);
    assert.doesNotMatch(line, new RegExp(SECRET));
  }
});

test('nor do those of a logger that a program brings, which goes on formatting what it did', () => {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const formatters = { log: (fields: Record<string, unknown>) => ({ ...fields, formatted: true }) };
  for (const own of [pino({}, destination), pino({ formatters }, destination)]) {
    const log = withSafeErrors(own);
    for (const field of ['err', 'error', 'cause', 'reason', 'failure', 'fault'])
      log.warn({ [field]: failedQuery() }, 'as a field');
    log.child({ part: 'x' }).warn({ failure: failedQuery() }, 'of a child');
    log.warn({ failures: [failedQuery()], of: { query: { failure: failedQuery() } } }, 'deeper');
  }
  assert.equal(lines.length, 16);
  for (const [index, line] of lines.entries()) {
    assert.match(line, /duplicate key value/);
    assert.doesNotMatch(line, new RegExp(SECRET));
    assert.equal(line.includes('"formatted":true'), index >= 8);
  }
});
