import assert from 'node:assert/strict';
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Message } from '../../../src/relay/message.ts';
import { passedHeaders } from '../../../src/relay/webhook/outgoing-headers.ts';
import { NASTY_TEXTS } from '../../support/nasty-texts.ts';

function passed(headers: Record<string, string>): Record<string, string> {
  return passedHeaders({ headers } as Partial<Message> as Message);
}

test('a parenthesis, which no name of HTTP has, is percent-encoded', () => {
  assert.deepEqual(passed({ 'Total (net)': '1 (one)' }), { 'total%20%28net%29': '1 (one)' });
});

test('whatever headers a job has, HTTP can carry those that are passed on', () => {
  // As the database keeps them.
  const text = fc
    .oneof(fc.constantFrom(...NASTY_TEXTS), fc.string(), fc.string({ unit: 'binary' }))
    .map((each) => each.toWellFormed().replaceAll('\0', ''));
  const headers = fc.dictionary(
    text.filter((name) => name !== ''),
    text,
  );
  const check = (given: Record<string, string>) => {
    for (const [name, value] of Object.entries(passed(given))) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
  };
  fc.assert(fc.property(headers, check), { numRuns: 200 });
});
