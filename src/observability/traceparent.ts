import { isSpanContextValid, type SpanContext } from '@opentelemetry/api';

const FORMAT =
  /^(?<version>[0-9a-f]{2})-(?<traceId>[0-9a-f]{32})-(?<spanId>[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(?<rest>-.*)?$/;

/** The `traceparent` header that names a span. Source: W3C Trace Context, section 3.2. */
export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** The span that a `traceparent` header names, or undefined when it names none: a broken header ends the trace only. */
export function parseTraceparent(header: string | undefined): SpanContext | undefined {
  const { version, traceId = '', spanId = '', flags = '', rest } = FORMAT.exec(header ?? '')?.groups ?? {};
  const isVersionKept = version !== 'ff' && (version !== '00' || rest === undefined);
  const spanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isVersionKept && isSpanContextValid(spanContext) ? spanContext : undefined;
}
