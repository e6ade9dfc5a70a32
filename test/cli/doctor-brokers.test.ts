import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { createHowdah } from '../../src/howdah/create-howdah.ts';
import { type BoundTask, bind } from '../../src/tasks/bind.ts';
import type { TaskProcessor } from '../../src/work/processor.ts';
import { FakeGate } from '../support/fake-gate.ts';
import { runHowdah } from '../support/howdah-cli.ts';
import { scalar } from '../support/job-states.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const mail = testTask('mail');
/** Of each worker: a deployment changes it. */
const GOES_TO = ['rabbitmq:mail/new', 'rabbitmq:mail/newer'];
let gates: [FakeGate, FakeGate];
let queues: TestQueue[];
let processors: TaskProcessor[];

/** Two workers, each with its way to the broker. */
beforeEach(async () => {
  gates = [new FakeGate(), new FakeGate()];
  const [first, second] = gates.map(
    (gate, i): BoundTask<object> => ({ ...bind(mail, async () => {}), gate, goesTo: GOES_TO[i] ?? '' }),
  );
  const one = await openTestQueue([first as BoundTask<object>]);
  queues = [one, await openTestQueue([second as BoundTask<object>], one.database)];
  processors = [];
  for (const queue of queues) processors.push(await queue.start([{ name: 'default', concurrency: 1 }]));
});
afterEach(async () => {
  const [one, two] = queues as [TestQueue, TestQueue];
  for (const processor of processors) await processor.stop(0);
  await two.pool.end();
  await one.close();
});

async function untilDownIn(count: number): Promise<void> {
  const [queue] = queues as [TestQueue];
  await waitFor(`the broker to be away from ${count}`, () =>
    scalar(queue, 'select exists (select from howdah.brokers() where down_in = $1 and workers = 2)', [count]),
  );
}

const doctor = () => say('doctor');

async function say(command: 'doctor' | 'workers'): Promise<string> {
  const [queue] = queues as [TestQueue];
  const { stdout } = await runHowdah([command, '--text'], {
    DATABASE_URL: queue.database.connectionString,
  });
  return stdout;
}

test('doctor tells from how many workers a broker takes messages, and how many jobs wait where none reach it', async () => {
  const [one, two] = gates;
  const [queue] = queues as [TestQueue];
  await untilDownIn(0);
  const well = await doctor();
  assert.match(well, /rabbitmq: reached by 2 workers/);
  assert.match(
    well,
    /warn +task "mail" goes to rabbitmq:mail\/new by 1 worker and to rabbitmq:mail\/newer by 1 worker\n +→ finish the deployment/,
  );
  one.shut('connect ECONNREFUSED');
  await untilDownIn(1);
  assert.match(
    await doctor(),
    /warn +rabbitmq takes no messages from 1 of 2 workers since \S+ \(connect ECONNREFUSED\)/,
  );
  const workers = await say('workers');
  assert.match(workers, /rabbitmq up/);
  assert.match(workers, /rabbitmq down since .+: connect ECONNREFUSED/);
  const howdah = createHowdah({
    connectionString: queue.database.connectionString,
    application: 'test',
    tasks: [],
  });
  const [broker] = await howdah.brokers();
  await howdah.close();
  assert.deepEqual([broker?.workerCount, broker?.downCount, broker?.because], [2, 1, 'connect ECONNREFUSED']);
  two.shut('blocked: low on memory');
  await untilDownIn(2);
  await queue.distributor.distribute(queue.pool, mail, {});
  assert.match(
    await doctor(),
    /ERROR +rabbitmq takes no messages since \S+ \(.*\), with 1 job of mail waiting/,
  );
});
