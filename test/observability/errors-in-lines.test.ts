import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '../../src/observability/logger.ts';

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
