import { AsyncLocalStorage } from 'node:async_hooks';
import type { SpanContext } from '@opentelemetry/api';
import { parseTraceparent } from './traceparent.ts';

const incoming = new AsyncLocalStorage<SpanContext>();

/**
 * What `work` returns. Jobs that it enqueues continue the trace which that `traceparent` header names, also where no
 * OpenTelemetry SDK is there to keep it; a header that names none changes nothing.
 */
export function withIncomingTrace<T>(traceparent: string | undefined, work: () => T): T {
  const spanContext = parseTraceparent(traceparent);
  return spanContext ? incoming.run(spanContext, work) : work();
}

/** The caller's span, in work that it asked for. */
export function incomingSpanContext(): SpanContext | undefined {
  return incoming.getStore();
}
