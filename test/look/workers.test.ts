import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { listWorkers } from '../../src/look/workers.ts';
import { openTestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

test('a worker tells with its heartbeat what it runs, what memory its process takes, and its version', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const task = testTask('waits');
  const queue = await openTestQueue([[task, () => promise]]);
  try {
    await queue.start(1);
    const { id } = await queue.distributor.distribute(queue.pool, task, {});
    const worker = await waitFor('its heartbeat with the job', async () =>
      (await listWorkers(queue.pool)).find(({ runningJobs }) => runningJobs.includes(id)),
    );
    assert.equal(worker.version, version);
    assert.equal(worker.runningCount, 1);
    const { memoryBytes, heartbeatAgeSeconds } = worker;
    const rss = process.memoryUsage.rss();
    assert.ok(memoryBytes && memoryBytes > rss / 3 && memoryBytes < rss * 3, `${memoryBytes} of ${rss}`);
    assert.ok(heartbeatAgeSeconds >= 0 && heartbeatAgeSeconds < 30);
  } finally {
    resolve();
    await queue.close();
  }
});
