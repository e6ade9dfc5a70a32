import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { logLine } from '../../src/observability/log-line.ts';
import { createLogger } from '../../src/observability/logger.ts';

const fields = { blocked_ms: 5_012, jobs: [{ job_id: '7', type: 'spin' }] };
const message = 'a "line"';
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

describe('a line that a thread writes without the logger', () => {
  for (const level of LEVELS) {
    test(`is at ${level} what the logger would have written, and where it would have`, () => {
      for (const least of [...LEVELS, 'silent']) {
        const lines: string[] = [];
        createLogger({ level: least, destination: { write: (line) => void lines.push(line) } })[level](
          fields,
          message,
        );
        const written = logLine(level, { message, fields, least });
        assert.deepEqual(withoutTime(written), withoutTime(lines[0]), least);
      }
    });
  }

  test('is written where an application has a level of its own', () => {
    assert.match(logLine('warn', { message, fields, least: 'audit' }) ?? '', /"level":"warn"/);
  });
});

const withoutTime = (line: string | undefined) => line?.replace(/"time":"[^"]+Z"/, '"time":""');
