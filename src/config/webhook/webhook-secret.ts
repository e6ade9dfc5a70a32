/** How anybody makes one. */
const WEBHOOK_SECRET_HINT = 'make one with: echo "whsec_$(openssl rand -base64 32)"';

const FORM = /^whsec_([A-Za-z0-9+/]+)={0,2}$/;
const [MIN_BYTES, MAX_BYTES] = [24, 64];

/**
 * The key of a secret that is written as the Standard Webhooks specification has it: `whsec_` and 24 to 64 bytes in base64.
 *
 * @returns what is wrong with it, in words that hold nothing of it, when it is none
 */
export function readWebhookSecret(secret: string): Buffer | string {
  const [, text] = FORM.exec(secret) ?? [];
  if (text === undefined) return `expected whsec_ and then base64; ${WEBHOOK_SECRET_HINT}`;
  const key = Buffer.from(text, 'base64');
  if (key.toString('base64').replace(/=+$/, '') !== text)
    return `expected whole bytes in base64 after whsec_; ${WEBHOOK_SECRET_HINT}`;
  if (key.length < MIN_BYTES || key.length > MAX_BYTES)
    return `expected ${MIN_BYTES} to ${MAX_BYTES} bytes, received ${key.length}; ${WEBHOOK_SECRET_HINT}`;
  return key;
}
