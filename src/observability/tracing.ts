import {
  type Attributes,
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { formatTraceparent, parseTraceparent } from './traceparent.ts';

const TRACER = 'howdah';
const SYSTEM = { 'messaging.system': 'howdah' };

/** Verdicts that are errors; the others are what the task or an operator wanted. */
const FAILURES: readonly string[] = ['retry', 'discard'];

type Headers = Readonly<Record<string, string>>;

/** The part of a job to be enqueued that tracing reads and adds to. */
export interface TracedJob {
  readonly task: { readonly name: string; readonly queue: string };
  readonly options?: { queue?: string; headers?: Headers } | undefined;
}

/** The part of a job at work that tracing reads. */
export interface TracedRun {
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  /** From 1. */
  readonly attempt: number;
  readonly headers?: Headers | undefined;
}

/** How a run ended that did not simply complete its job. */
export interface TracedVerdict {
  kind: string;
  error: Error;
}

/**
 * What `send` returns, called within a span `enqueue <task>` and with that span in the job's `traceparent` header, so
 * that the run continues the trace. Without an OpenTelemetry SDK the job is passed on as it is.
 *
 * A `traceparent` that the caller gave is the span's parent where no span is active.
 */
export function enqueueInSpan<Job extends TracedJob, Sent extends { id: string }>(
  job: Job,
  send: (job: Job) => Promise<Sent>,
): Promise<Sent> {
  const queue = job.options?.queue ?? job.task.queue;
  const span = startEnqueueSpan(job.task.name, { 'messaging.destination.name': queue }, job.options?.headers);
  return within(span, async () => {
    const sent = await send(withTrace(job, span));
    span.setAttribute('messaging.message.id', sent.id);
    return sent;
  });
}

/** The same for a batch: one span, which every job of it names, called after the task if they share one. */
export function enqueueAllInSpan<Job extends TracedJob, Sent>(
  jobs: readonly Job[],
  send: (jobs: readonly Job[]) => Promise<Sent>,
): Promise<Sent> {
  const [name = 'jobs', ...others] = new Set(jobs.map(({ task }) => task.name));
  const count = { 'messaging.batch.message_count': jobs.length };
  const span = startEnqueueSpan(others.length === 0 ? name : 'jobs', count);
  return within(span, () => send(jobs.map((job) => withTrace(job, span))));
}

/**
 * What `run` returns, called within a span `run <task>` that continues the trace of the job's `traceparent` header. The
 * verdict says how the run ended; undefined, that it completed its job. A retry and a discard make the span an error.
 */
export function runInSpan<Verdict extends TracedVerdict>(
  job: TracedRun,
  run: () => Promise<Verdict | undefined>,
): Promise<Verdict | undefined> {
  const span = startRunSpan(job);
  return within(span, async () => {
    const verdict = await run();
    recordVerdict(span, verdict);
    return verdict;
  });
}

function startEnqueueSpan(name: string, attributes: Attributes, headers?: Headers): Span {
  const given = trace.getActiveSpan() ? undefined : parseTraceparent(headers?.['traceparent']);
  const parent = given ? trace.setSpanContext(context.active(), given) : context.active();
  const options = { kind: SpanKind.PRODUCER, attributes: { ...SYSTEM, ...attributes } };
  return trace.getTracer(TRACER).startSpan(`enqueue ${name}`, options, parent);
}

/** A child of the span that enqueued the job, and linked to it, for viewers that go by either. */
function startRunSpan({ id, task, queue, attempt, headers }: TracedRun): Span {
  const producer = parseTraceparent(headers?.['traceparent']);
  const attributes = {
    ...SYSTEM,
    'messaging.destination.name': queue,
    'messaging.message.id': id,
    'howdah.attempt': attempt,
  };
  return trace
    .getTracer(TRACER)
    .startSpan(
      `run ${task}`,
      { kind: SpanKind.CONSUMER, attributes, links: producer ? [{ context: producer }] : [] },
      producer ? trace.setSpanContext(ROOT_CONTEXT, producer) : ROOT_CONTEXT,
    );
}

/** Ends the span with `work`; what it throws is recorded and thrown on. */
async function within<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await context.with(trace.setSpan(context.active(), span), work);
  } catch (thrown) {
    recordError(span, thrown instanceof Error ? thrown : new Error(String(thrown)));
    throw thrown;
  } finally {
    span.end();
  }
}

/** Unchanged when nobody traces, for then the span has no name that a header could carry. */
function withTrace<Job extends TracedJob>(job: Job, span: Span): Job {
  const spanContext = span.spanContext();
  if (!isSpanContextValid(spanContext)) return job;
  const headers = { ...job.options?.headers, traceparent: formatTraceparent(spanContext) };
  return { ...job, options: { ...job.options, headers } };
}

function recordVerdict(span: Span, verdict: TracedVerdict | undefined): void {
  const isDone = verdict === undefined || verdict.kind === 'done';
  span.setAttribute('howdah.outcome', isDone ? 'completed' : verdict.kind);
  if (verdict && FAILURES.includes(verdict.kind)) recordError(span, verdict.error);
}

function recordError(span: Span, error: Error): void {
  span.recordException(error);
  span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
}
