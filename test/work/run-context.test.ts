import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';
import type { Logger } from '../../src/observability/logger.ts';
import type { RunningJob } from '../../src/tasks/task-context.ts';
import type { RunConduct } from '../../src/work/run/run-conduct.ts';
import { RunContext } from '../../src/work/run/run-context.ts';
import { RunLimits } from '../../src/work/run/run-limits.ts';

const NEVER = { aborted: false, reason: undefined, addEventListener() {}, removeEventListener() {} };
const conduct = { progress() {}, completeInTransaction: async () => {} } as unknown as RunConduct;

test('what a handler is given can be taken apart and put together anew', () => {
  const { context, limits, children } = open('1');
  const { signal, log } = context;
  const copy = { ...context, services: 'other' };
  assert.equal(copy.signal, signal);
  assert.equal(copy.log, log);
  assert.equal(Object.create(context).signal, signal);
  assert.deepEqual(children, [{ job_id: '1', type: 'works', queue: 'default', attempt: 1 }]);
  limits.abort('late');
  assert.equal(signal.reason, 'late');
});

test('a handler that asks for neither signal nor logger has none made', () => {
  const { context, children } = open('1');
  assert.equal(context.job.id, '1');
  assert.deepEqual(children, []);
});

test('all are of one shape: accessors of its own would cost each run a hidden class', () => {
  setFlagsFromString('--allow-natives-syntax');
  const haveSameMap = runInThisContext('(a, b) => %HaveSameMap(a, b)');
  assert.ok(haveSameMap(open('1').context, open('2').context));
});

function open(id: string) {
  const children: object[] = [];
  const bound = {} as Logger;
  const log = {
    child(fields: object) {
      children.push(fields);
      return bound;
    },
  } as unknown as Logger;
  const limits = new RunLimits({ timeoutMs: 0, deadline: undefined, endSignal: NEVER });
  const job = { id, task: 'works', queue: 'default', attempt: 1 } as RunningJob;
  return { context: new RunContext(job, 'services', { limits, conduct, log }), limits, children };
}
