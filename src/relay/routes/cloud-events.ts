import type { Message } from '../message.ts';

/** How each binding of CloudEvents 1.0 begins the names of attributes in binary mode. */
const PREFIXES = { rabbitmq: 'cloudEvents_', kafka: 'ce_', webhook: 'ce-' } as const;

/** What HTTP's binding has encoded in a value: space, quotation mark, percent sign, and all beyond printable ASCII. */
const NOT_IN_HTTP = /[^\u0021\u0023\u0024\u0026-\u007e]/gu;

/**
 * The headers that make a message an event of CloudEvents 1.0 in binary mode; its content type is the data's, and its body the data.
 * Source: cloudevents/spec v1.0.2, amqp-protocol-binding.md, kafka-protocol-binding.md, http-protocol-binding.md.
 */
export function cloudEventHeaders(
  { id, type, key, createdAt, headers: { traceparent } }: Omit<Message, 'body'>,
  { installation, to }: { installation: string; to: keyof typeof PREFIXES },
): Record<string, string> {
  const attributes = {
    specversion: '1.0',
    id,
    source: `urn:howdah:${installation}`,
    type,
    time: createdAt.toISOString(),
    ...(key !== undefined && { partitionkey: key }),
    ...(traceparent !== undefined && { traceparent }),
  };
  const encode = to === 'webhook' ? encodeForHttp : (value: string) => value;
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [PREFIXES[to] + name, encode(value)]),
  );
}

function encodeForHttp(value: string): string {
  return value.replace(NOT_IN_HTTP, encodeURIComponent);
}
