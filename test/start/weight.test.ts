import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { measure, type Usage } from '../../bench/measure.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const NODE = process.execPath;

let database: TestDatabase;
let bare: Usage;
before(async () => {
  [database, bare] = await Promise.all([createTestDatabase(), weigh('-e', '0')]);
});
after(() => database.drop());

function weigh(...args: string[]): Promise<Usage> {
  return measure([NODE, ...args], { env: { DATABASE_URL: database?.connectionString ?? '' }, runs: 2 });
}

/** Against Node itself, and generous: what must not come back costs three times as much. `npm run bench:start` has figures. */
describe('what a process weighs', () => {
  test('a version or a list of commands takes little more than any file of TypeScript', async () => {
    for (const option of ['--version', '--help']) {
      const { cpuMs, peakMb } = await weigh('src/cli.ts', option);
      assert.ok(cpuMs < 10 * bare.cpuMs, `${option} took ${cpuMs} ms of CPU; node -e 0 ${bare.cpuMs} ms`);
      assert.ok(peakMb < 2.2 * bare.peakMb, `${option} took ${peakMb} MiB; node -e 0 ${bare.peakMb} MiB`);
    }
  });

  test('a command takes the driver beside that', async () => {
    const { cpuMs, peakMb } = await weigh('src/cli.ts', 'queues');
    assert.ok(cpuMs < 25 * bare.cpuMs, `howdah queues took ${cpuMs} ms of CPU; node -e 0 ${bare.cpuMs} ms`);
    assert.ok(peakMb < 3.2 * bare.peakMb, `howdah queues took ${peakMb} MiB; node -e 0 ${bare.peakMb} MiB`);
  });

  test('an idle worker takes the engine and two threads', async () => {
    const { peakMb } = await weigh('bench/idle-worker.ts');
    assert.ok(peakMb < 4.5 * bare.peakMb, `an idle worker took ${peakMb} MiB; node -e 0 ${bare.peakMb} MiB`);
  });
});
