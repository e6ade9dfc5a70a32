import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Job } from 'graphile-worker';
import { createLogger } from '../../src/observability/logger.ts';
import { VerdictError } from '../../src/work/run/verdict.ts';
import { recordStart, type StartRecorder } from '../../src/work/runner/record-start.ts';
import { waitFor } from '../support/wait-for.ts';

const environment = { log: createLogger({ level: 'silent' }) };

/** A register that tells what was recorded, in order. */
function recorder(leaving = new AbortController().signal, refuse?: Error) {
  const recorded: string[] = [];
  const member = {
    async recordStart(id: string) {
      if (refuse) throw refuse;
      recorded.push(id);
    },
    async clearStart(id: string) {
      recorded.push(`${id} cleared`);
    },
  } as unknown as StartRecorder['member'];
  return { recorded, options: { member, token: 't', environment, leaving } };
}

const suspect = (id: string) => ({ id, flags: { howdah_deaths: 1 } }) as unknown as Job;

describe('the starts of jobs that were aboard a death', () => {
  test('are recorded one after the other, the next when the one before has ended', async () => {
    const { recorded, options } = recorder();
    const first = await recordStart(suspect('1'), options);
    const second = recordStart(suspect('2'), options);
    await new Promise(setImmediate);
    assert.deepEqual(recorded, ['1']);
    await first?.[Symbol.asyncDispose]();
    await (await second)?.[Symbol.asyncDispose]();
    assert.deepEqual(recorded, ['1', '1 cleared', '2', '2 cleared']);
  });

  test('do not wait for a run that goes on and on', { timeout: 20_000 }, async () => {
    const { recorded, options } = recorder();
    const first = await recordStart(suspect('1'), options);
    const second = recordStart(suspect('2'), options);
    await waitFor('the second to begin beside the first', () => recorded.length === 2);
    await first?.[Symbol.asyncDispose]();
    await (await second)?.[Symbol.asyncDispose]();
  });

  test('are given up when the runner leaves, and those behind have their turn', async () => {
    const ending = new AbortController();
    const { recorded, options } = recorder();
    const first = await recordStart(suspect('1'), options);
    const given = recordStart(suspect('2'), recorder(ending.signal).options);
    const third = recordStart(suspect('3'), options);
    ending.abort(new Error('leaving'));
    await assert.rejects(given, (error) => error instanceof VerdictError && error.verdict.kind === 'return');
    assert.deepEqual(recorded, ['1']);
    await first?.[Symbol.asyncDispose]();
    await (await third)?.[Symbol.asyncDispose]();
    assert.deepEqual(recorded, ['1', '1 cleared', '3', '3 cleared']);
  });

  test('that cannot be recorded are in nobody’s way', async () => {
    const refused = recordStart(suspect('1'), recorder(undefined, new Error('no database')).options);
    const { recorded, options } = recorder();
    const second = recordStart(suspect('2'), options);
    await assert.rejects(refused, /no database/);
    await (await second)?.[Symbol.asyncDispose]();
    assert.deepEqual(recorded, ['2', '2 cleared']);
  });

  test('of other jobs are not recorded, and wait for nobody', async () => {
    const { recorded, options } = recorder();
    assert.equal(await recordStart({ id: '1', flags: null } as unknown as Job, options), undefined);
    assert.deepEqual(recorded, []);
  });
});
