import { createHmac, type KeyObject } from 'node:crypto';

/** What is signed, and by what. */
export interface Unsigned {
  /** The same at every attempt; without a point, which would let an id take over a part of the rest. */
  readonly id: string;
  /** Of this attempt. */
  readonly sentAt: Date;
  readonly body: Uint8Array;
  /** Each gives a signature, in this order; at least one. */
  readonly keys: readonly KeyObject[];
}

/**
 * The headers by which a receiver knows who sent a webhook, and that it is not an old one.
 * Source: Standard Webhooks 1.0.0, "Signature scheme" and "Webhook headers".
 *
 * @throws {TypeError} for an id that cannot be signed, or without keys
 */
export function signWebhook({ id, sentAt, body, keys }: Unsigned): Record<string, string> {
  if (!/^[\x21-\x2d\x2f-\x7e]+$/.test(id))
    throw new TypeError(`an id of plain characters without a point, received ${JSON.stringify(id)}`);
  if (keys.length === 0) throw new TypeError('a webhook needs a secret to be signed with');
  const timestamp = String(Math.floor(sentAt.getTime() / 1_000));
  const signatures = keys.map((key) => {
    const digest = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
    return `v1,${digest}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
