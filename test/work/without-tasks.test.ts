import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createRecordingLogger } from '../../src/testing/recording-logger.ts';
import { openTestQueue } from '../support/test-queue.ts';

/** As in a folder whose example was deleted. The engine looks for jobs every 500 ms. */
test('a worker without tasks says so once, runs nothing and stops', async () => {
  const { log, lines } = createRecordingLogger();
  const queue = await openTestQueue([]);
  try {
    const processor = await queue.start(5, log);
    await delay(1_200);
    await processor.stop(1_000);
    assert.deepEqual(
      lines.filter(({ level }) => level !== 'debug' && level !== 'info').map(({ msg }) => msg),
      ['the application has no tasks: no job will run here'],
    );
  } finally {
    await queue.close();
  }
});
