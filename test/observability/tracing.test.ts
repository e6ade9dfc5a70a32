import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { withIncomingTrace } from '../../src/observability/incoming-trace.ts';
import { parseTraceparent } from '../../src/observability/traceparent.ts';
import {
  enqueueAllInSpan,
  enqueueInSpan,
  runInSpan,
  type TracedJob,
  type TracedRun,
} from '../../src/observability/tracing.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = `00-${TRACE_ID}-b7ad6b7169203331-01`;
const JOB: TracedJob = { task: { name: 'send_mail', queue: 'critical' } };
const RUN: TracedRun = { id: '7', task: 'send_mail', queue: 'critical', attempt: 2 };

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

/** The headers that a job is sent with. */
async function headersOf(job: TracedJob): Promise<Readonly<Record<string, string>> | undefined> {
  let headers: Readonly<Record<string, string>> | undefined;
  await enqueueInSpan(job, async (traced) => {
    headers = traced.options?.headers;
    return { id: '7' };
  });
  return headers;
}

function onlySpan(): ReadableSpan {
  const [span, ...others] = exporter.getFinishedSpans();
  assert.ok(span && others.length === 0);
  return span;
}

describe('without an OpenTelemetry SDK', () => {
  test('a job is enqueued as it is', async () => {
    await enqueueInSpan(JOB, async (job) => {
      assert.equal(job, JOB);
      return { id: '7' };
    });
    await enqueueAllInSpan([JOB], async ([job]) => assert.equal(job, JOB));
  });

  test("the caller's own traceparent is passed on", async () => {
    const job = { ...JOB, options: { headers: { traceparent: TRACEPARENT, tenant: 'a' } } };
    assert.deepEqual(await headersOf(job), { traceparent: TRACEPARENT, tenant: 'a' });
  });

  test("the incoming request's traceparent is passed on, but for a job that has its own", async () => {
    const own = { ...JOB, options: { headers: { traceparent: TRACEPARENT.replace('b7', 'c8') } } };
    const sent = await withIncomingTrace(TRACEPARENT, async () => [
      await headersOf(JOB),
      await headersOf(own),
      ...(await enqueueAllInSpan([JOB, own], async (jobs) => jobs.map(({ options }) => options?.headers))),
    ]);
    const incoming = { traceparent: TRACEPARENT };
    assert.deepEqual(sent, [incoming, own.options.headers, incoming, own.options.headers]);
    assert.equal(await withIncomingTrace('nonsense', () => headersOf(JOB)), undefined);
  });

  test('a run returns its verdict and throws what it throws', async () => {
    const verdict = { kind: 'retry', error: new Error('no') };
    assert.equal(await runInSpan(RUN, async () => verdict), verdict);
    await assert.rejects(
      runInSpan(RUN, () => Promise.reject(new Error('broken'))),
      { message: 'broken' },
    );
  });
});

describe('with an OpenTelemetry SDK', () => {
  before(() => {
    trace.setGlobalTracerProvider(provider);
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  });
  afterEach(() => exporter.reset());
  after(() => {
    trace.disable();
    context.disable();
  });

  test('enqueueing is a producer span that the job names in its traceparent, beside its other headers', async () => {
    const headers = await headersOf({ ...JOB, options: { queue: 'bulk', headers: { tenant: 'a' } } });
    const span = onlySpan();
    assert.equal(span.name, 'enqueue send_mail');
    assert.equal(span.kind, SpanKind.PRODUCER);
    assert.deepEqual(span.attributes, {
      'messaging.system': 'howdah',
      'messaging.operation.name': 'enqueue',
      'messaging.operation.type': 'send',
      'howdah.task': 'send_mail',
      'messaging.destination.name': 'bulk',
      'messaging.message.id': '7',
    });
    const { traceId, spanId } = span.spanContext();
    assert.deepEqual(headers, { tenant: 'a', traceparent: `00-${traceId}-${spanId}-01` });
  });

  test("enqueueing belongs to the caller's active span, else to the traceparent it gave, else to the request", async () => {
    const given = { ...JOB, options: { headers: { traceparent: TRACEPARENT } } };
    await headersOf(given);
    assert.equal(onlySpan().spanContext().traceId, TRACE_ID);
    assert.deepEqual(onlySpan().links, []);
    exporter.reset();
    await withIncomingTrace(TRACEPARENT, () => headersOf(JOB));
    assert.equal(onlySpan().spanContext().traceId, TRACE_ID);
    exporter.reset();
    const outer = provider.getTracer('test').startSpan('request');
    await context.with(trace.setSpan(context.active(), outer), () => headersOf(given));
    assert.equal(onlySpan().parentSpanContext?.spanId, outer.spanContext().spanId);
    assert.deepEqual(
      onlySpan().links.map((link) => link.context.traceId),
      [TRACE_ID],
    );
  });

  test('a run continues the trace of the enqueue, linked to it, and is active in the handler', async () => {
    const headers = await headersOf(JOB);
    const enqueued = onlySpan().spanContext();
    exporter.reset();
    const inner = await runInSpan({ ...RUN, headers }, async () => {
      provider.getTracer('test').startSpan('query').end();
      return undefined;
    });
    const [query, run] = exporter.getFinishedSpans();
    assert.equal(inner, undefined);
    assert.ok(query && run);
    assert.equal(run.name, 'run send_mail');
    assert.equal(run.kind, SpanKind.CONSUMER);
    assert.equal(run.spanContext().traceId, enqueued.traceId);
    assert.equal(run.parentSpanContext?.spanId, enqueued.spanId);
    assert.deepEqual(
      run.links.map((link) => link.context.spanId),
      [enqueued.spanId],
    );
    assert.equal(query.parentSpanContext?.spanId, run.spanContext().spanId);
    assert.deepEqual(run.attributes, {
      'messaging.system': 'howdah',
      'messaging.operation.name': 'run',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'critical',
      'messaging.message.id': '7',
      'howdah.task': 'send_mail',
      'howdah.attempt': 2,
      'howdah.outcome': 'completed',
    });
  });

  test('a run of a job without a readable traceparent begins a trace', async () => {
    const broken = [
      '',
      'nonsense',
      `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
      TRACEPARENT.replace('00-', 'ff-'),
      `${TRACEPARENT}-more`,
      TRACEPARENT.toUpperCase(),
    ];
    for (const traceparent of broken) {
      await runInSpan({ ...RUN, headers: { traceparent } }, async () => undefined);
      assert.equal(onlySpan().parentSpanContext, undefined);
      assert.deepEqual(onlySpan().links, []);
      exporter.reset();
    }
  });

  test('a retry and a discard make the span an error; a snooze and a cancellation do not', async () => {
    const statuses: Record<string, SpanStatusCode> = {};
    for (const kind of ['retry', 'discard', 'snooze', 'cancel', 'return', 'done']) {
      await runInSpan(RUN, async () => ({ kind, error: new Error('because') }));
      statuses[kind] = onlySpan().status.code;
      assert.equal(onlySpan().attributes['howdah.outcome'], kind === 'done' ? 'completed' : kind);
      const isError = kind === 'retry' || kind === 'discard';
      assert.equal(onlySpan().events.length, isError ? 1 : 0);
      assert.equal(onlySpan().attributes['error.type'], isError ? 'Error' : undefined);
      exporter.reset();
    }
    const { ERROR, UNSET } = SpanStatusCode;
    const others = { snooze: UNSET, cancel: UNSET, return: UNSET, done: UNSET };
    assert.deepEqual(statuses, { retry: ERROR, discard: ERROR, ...others });
  });

  test('an error is recorded by its root cause, without values', async () => {
    const cause = new Error('column "email" does not exist');
    const error = new Error('Failed query: select $1\nparams: SECRET', { cause });
    await runInSpan(RUN, async () => ({ kind: 'retry', error }));
    const { status, events } = onlySpan();
    assert.equal(status.message, 'column "email" does not exist');
    assert.equal(events[0]?.attributes?.['exception.message'], 'column "email" does not exist');
    assert.ok(!JSON.stringify(events).includes('SECRET'), JSON.stringify(events));
  });

  test('an enqueue that fails ends its span as an error and throws on', async () => {
    await assert.rejects(
      enqueueInSpan(JOB, () => Promise.reject(new Error('duplicate'))),
      { message: 'duplicate' },
    );
    assert.equal(onlySpan().status.message, 'duplicate');
  });

  test('a job of a batch that has a traceparent keeps it, and the span of the batch is linked to it', async () => {
    const own = { ...JOB, options: { headers: { traceparent: TRACEPARENT } } };
    const sent = await enqueueAllInSpan([own, own, JOB], async (jobs) =>
      jobs.map(({ options }) => options?.headers?.['traceparent']),
    );
    const { links, attributes } = onlySpan();
    assert.deepEqual(sent.slice(0, 2), [TRACEPARENT, TRACEPARENT]);
    assert.equal(parseTraceparent(sent[2])?.spanId, onlySpan().spanContext().spanId);
    assert.deepEqual(
      links.map((link) => link.context.traceId),
      [TRACE_ID],
    );
    assert.equal(attributes['messaging.destination.name'], 'critical');
  });

  test('a batch is one span, called after the task its jobs share, and every job names it', async () => {
    const other: TracedJob = { task: { name: 'bill', queue: 'default' } };
    const names = [];
    for (const batch of [
      [JOB, JOB],
      [JOB, other],
    ]) {
      const parents = await enqueueAllInSpan(batch, async (jobs) =>
        jobs.map(({ options }) => parseTraceparent(options?.headers?.['traceparent'])?.spanId),
      );
      const { spanId } = onlySpan().spanContext();
      assert.deepEqual(parents, [spanId, spanId]);
      assert.equal(onlySpan().attributes['messaging.batch.message_count'], 2);
      names.push(onlySpan().name);
      exporter.reset();
    }
    assert.deepEqual(names, ['enqueue send_mail', 'enqueue jobs']);
  });
});
