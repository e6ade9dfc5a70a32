import {
  type Attributes,
  context,
  isSpanContextValid,
  type Link,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { describeError } from '../errors/describe-error.ts';
import { incomingSpanContext } from './incoming-trace.ts';
import { formatTraceparent, parseTraceparent } from './traceparent.ts';

const TRACER = 'howdah';

/** Source: OpenTelemetry semantic conventions for messaging spans. */
const SYSTEM = { 'messaging.system': 'howdah' };
const SEND = { ...SYSTEM, 'messaging.operation.name': 'enqueue', 'messaging.operation.type': 'send' };
const PROCESS = { ...SYSTEM, 'messaging.operation.name': 'run', 'messaging.operation.type': 'process' };

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
 * that the run continues the trace. Its parent is the active span, else the one named by a `traceparent` that the
 * caller gave the job, else that of the incoming request. Without an OpenTelemetry SDK the job names that parent, or is
 * passed on as it is when there is none.
 */
export function enqueueInSpan<Job extends TracedJob, Sent extends { id: string }>(
  job: Job,
  send: (job: Job) => Promise<Sent>,
): Promise<Sent> {
  const given = givenSpanContext(job);
  if (!given && !isTraced() && !trace.getActiveSpan() && !incomingSpanContext()) return send(job);
  const attributes = { 'howdah.task': job.task.name, 'messaging.destination.name': queueOf(job) };
  const span = startEnqueueSpan(job.task.name, { attributes, given, links: given ? [given] : [] });
  return within(span, async () => {
    const sent = await send(withTrace(job, span));
    span.setAttribute('messaging.message.id', sent.id);
    return sent;
  });
}

/**
 * The same for a batch: one span, called after the task if its jobs share one, and likewise their queue. Every job names
 * it but those that the caller gave a `traceparent` of their own: they keep that, and the span is linked to it.
 */
export function enqueueAllInSpan<Job extends TracedJob, Sent>(
  jobs: readonly Job[],
  send: (jobs: readonly Job[]) => Promise<Sent>,
): Promise<Sent> {
  const task = onlyOne(jobs.map((job) => job.task.name));
  const queue = onlyOne(jobs.map(queueOf));
  const attributes = {
    'messaging.batch.message_count': jobs.length,
    ...(task === undefined ? {} : { 'howdah.task': task }),
    ...(queue === undefined ? {} : { 'messaging.destination.name': queue }),
  };
  const links = jobs.map(givenSpanContext).filter((each) => each !== undefined);
  const span = startEnqueueSpan(task ?? 'jobs', { attributes, links });
  return within(span, () => send(jobs.map((job) => (givenSpanContext(job) ? job : withTrace(job, span)))));
}

/**
 * What `run` returns, called within a span `run <task>` that continues the trace of the job's `traceparent` header. The
 * verdict says how the run ended; undefined, that it completed its job. A retry and a discard make the span an error.
 */
export function runInSpan<Verdict extends TracedVerdict>(
  job: TracedRun,
  run: () => Promise<Verdict | undefined>,
): Promise<Verdict | undefined> {
  if (!isTraced()) return run();
  const span = startRunSpan(job);
  return within(span, async () => {
    const verdict = await run();
    recordVerdict(span, verdict);
    return verdict;
  });
}

/** Whether spans go anywhere: without an OpenTelemetry SDK each costs a run a microsecond, and tells nobody. */
function isTraced(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer(TRACER) !== undefined;
}

interface EnqueueSpanOptions {
  attributes: Attributes;
  /** The parent that the caller named, for where no span is active. */
  given?: SpanContext | undefined;
  /** What the span is linked to, unless that is its parent. */
  links: readonly SpanContext[];
}

function startEnqueueSpan(name: string, { attributes, given, links }: EnqueueSpanOptions): Span {
  const named = trace.getActiveSpan() ? undefined : (given ?? incomingSpanContext());
  const options = {
    kind: SpanKind.PRODUCER,
    attributes: { ...SEND, ...attributes },
    links: toLinks(links.filter((each) => each !== named)),
  };
  const parent = named ? trace.setSpanContext(context.active(), named) : context.active();
  return trace.getTracer(TRACER).startSpan(`enqueue ${name}`, options, parent);
}

function toLinks(spanContexts: readonly SpanContext[]): Link[] {
  const unique = new Map(spanContexts.map((each) => [formatTraceparent(each), each]));
  return [...unique.values()].map((each) => ({ context: each }));
}

function givenSpanContext({ options }: TracedJob): SpanContext | undefined {
  return parseTraceparent(options?.headers?.['traceparent']);
}

function queueOf({ options, task }: TracedJob): string {
  return options?.queue ?? task.queue;
}

/** What all are, or undefined when they differ. */
function onlyOne(names: readonly string[]): string | undefined {
  const [first, ...others] = new Set(names);
  return others.length === 0 ? first : undefined;
}

/** A child of the span that enqueued the job, and linked to it, for viewers that go by either. */
function startRunSpan({ id, task, queue, attempt, headers }: TracedRun): Span {
  const producer = parseTraceparent(headers?.['traceparent']);
  const attributes = {
    ...PROCESS,
    'messaging.destination.name': queue,
    'messaging.message.id': id,
    'howdah.task': task,
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
    recordError(span, thrown);
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

function recordError(span: Span, error: unknown): void {
  const described = describeError(error);
  span.recordException(described);
  span.setAttribute('error.type', described.name);
  span.setStatus({ code: SpanStatusCode.ERROR, message: described.message });
}
