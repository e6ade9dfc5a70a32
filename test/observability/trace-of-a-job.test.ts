import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { SkipRetry } from '../../src/tasks/outcomes.ts';
import { openTestQueue, type TestQueue, testTask } from '../support/test-queue.ts';
import { waitFor } from '../support/wait-for.ts';

const work = testTask('work');
const spoil = testTask('spoil');
const exporter = new InMemorySpanExporter();

let queue: TestQueue;
/** The trace that was active in the handler. */
let traceInHandler: string | undefined;
before(async () => {
  queue = await openTestQueue([
    [
      work,
      async () => {
        traceInHandler = trace.getActiveSpan()?.spanContext().traceId;
      },
    ],
    [spoil, () => Promise.reject(new SkipRetry('no use'))],
  ]);
  await queue.start();
});
after(() => queue.close());

function spansNamed(name: string): ReadableSpan[] {
  return exporter.getFinishedSpans().filter((span) => span.name === name);
}

/** The span of that name, once there is one. */
function untilSpan(name: string): Promise<ReadableSpan> {
  return waitFor(`a span ${name}`, () => spansNamed(name)[0]);
}

describe('the trace of a job', () => {
  test('is not stored with the job while nobody traces', async () => {
    const { id } = await queue.distributor.distribute(queue.pool, work, {});
    await queue.untilState(id, 'completed');
    const { rows } = await queue.pool.query('select flags from howdah.job_history where id = $1', [id]);
    assert.deepEqual(rows, [{ flags: null }]);
  });

  test('goes from its enqueue through the database to its run', async () => {
    const spanProcessors = [new SimpleSpanProcessor(exporter)];
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const { id } = await queue.distributor.distribute(queue.pool, work, {});
    const [enqueued, run] = [await untilSpan('enqueue work'), await untilSpan('run work')];
    const { traceId, spanId } = enqueued.spanContext();
    assert.deepEqual([run.spanContext().traceId, run.parentSpanContext?.spanId], [traceId, spanId]);
    assert.deepEqual(
      [run.attributes['messaging.message.id'], run.attributes['howdah.outcome']],
      [id, 'completed'],
    );
    assert.equal(traceInHandler, traceId);
  });

  test('tells that a run failed, for every job of a batch', async () => {
    const batch = [spoil, spoil].map((task) => ({ task, payload: {} }));
    await queue.distributor.distributeMany(queue.pool, batch);
    const runs = await waitFor('both runs', () =>
      spansNamed('run spoil').length === 2 ? spansNamed('run spoil') : undefined,
    );
    const parent = (await untilSpan('enqueue spoil')).spanContext().spanId;
    assert.deepEqual(
      runs.map((run) => [
        run.parentSpanContext?.spanId,
        run.attributes['howdah.outcome'],
        run.status.message,
      ]),
      [
        [parent, 'discard', 'no use'],
        [parent, 'discard', 'no use'],
      ],
    );
  });
});
