import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Phase, Readiness } from '../../src/start/http/readiness.ts';
import { sharedReadiness } from '../../src/start/http/shared-readiness.ts';
import { createRecordingLogger } from '../../src/testing/recording-logger.ts';

const READY: Readiness = { ready: true, checks: { database: { ok: true } } };
const AWAY: Readiness = { ready: false, checks: { database: { ok: false, detail: 'ECONNREFUSED' } } };

/** Checks that are under way, the oldest first; the test answers them when it likes. */
let underWay: PromiseWithResolvers<Readiness>[];
let now: number;
let phase: Phase | undefined;
let lines: ReturnType<typeof createRecordingLogger>['lines'];
let ask: () => Promise<Readiness>;
beforeEach(() => {
  [underWay, now, phase] = [[], 0, undefined];
  const recording = createRecordingLogger();
  lines = recording.lines;
  const check = () => {
    const open = Promise.withResolvers<Readiness>();
    underWay.push(open);
    return open.promise;
  };
  ask = sharedReadiness({ check, clock: () => now, phase: () => phase, log: recording.log });
});

async function answered(readiness: Readiness): Promise<Readiness> {
  const answer = ask();
  underWay.at(-1)?.resolve(readiness);
  return answer;
}

describe('a readiness that many ask for', () => {
  test('is looked at once for all who ask meanwhile', async () => {
    const answers = Array.from({ length: 600 }, ask);
    assert.equal(underWay.length, 1);
    underWay[0]?.resolve(READY);
    assert.deepEqual(new Set(await Promise.all(answers)), new Set([READY]));
  });

  test('holds for a second from when it was known, well or not', async () => {
    for (const readiness of [READY, AWAY]) {
      underWay = [];
      const answer = ask();
      now += 900; // as long as a look takes at most
      underWay[0]?.resolve(readiness);
      await answer;
      now += 999;
      assert.equal(await ask(), readiness);
      assert.equal(underWay.length, 1);
      now += 1;
      void ask();
      assert.equal(underWay.length, 2);
      underWay[1]?.resolve(readiness);
      await ask();
      now += 1_000;
    }
  });

  test('is another one as soon as the process stops, also where a look from before is under way', async () => {
    await answered(READY);
    phase = 'stopping';
    assert.equal(await answered(AWAY), AWAY);
    phase = undefined;
    now += 1_000;
    const before = ask();
    phase = 'quiet';
    const after = ask();
    underWay.at(-1)?.resolve(AWAY);
    underWay.at(-2)?.resolve(READY);
    assert.deepEqual([await before, await after, await ask()], [READY, AWAY, AWAY]);
  });

  test('is looked at again when a look failed', async () => {
    const failing = ask();
    underWay[0]?.reject(new Error('a fault of ours'));
    await assert.rejects(failing, /a fault of ours/);
    assert.equal(await answered(READY), READY);
  });

  test('is told in the log when it changes, with why', async () => {
    for (const readiness of [READY, AWAY, AWAY, READY]) {
      await answered(readiness);
      now += 1_000;
    }
    assert.deepEqual(
      lines.map(({ level, msg, checks }) => ({ level, msg, checks })),
      [
        { level: 'warn', msg: 'not ready', checks: { database: 'ECONNREFUSED' } },
        { level: 'info', msg: 'ready again', checks: undefined },
      ],
    );
  });

  test('is not told where the process is about to end', async () => {
    phase = 'stopping';
    await answered(AWAY);
    assert.deepEqual(lines, []);
  });
});
