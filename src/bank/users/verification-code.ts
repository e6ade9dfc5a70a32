import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Keeps this use of the secret key apart from any other. */
const PURPOSE = 'howdah verification code 1';

/** 192 bits are 32 characters of base64url. */
const CODE_BYTES = 24;

/** What a code looks like. */
export const VERIFICATION_CODE = /^[A-Za-z0-9_-]{32}$/;

/** What a code is derived from. */
export interface CodeSeed {
  /** Lower-case UUID of the verification. */
  id: string;
  nonce: string;
}

/** 32 random bytes, base64url. */
export function createNonce(): string {
  return randomBytes(32).toString('base64url');
}

/** The 32-character code of a verification: HMAC-SHA256 cut to 192 bits, base64url. The same for the same seed. */
export function signVerificationCode(secretKey: string, { id, nonce }: CodeSeed): string {
  return hmac(secretKey, { id, nonce }).toString('base64url');
}

/** Whether the code is the seed's, in time that does not depend on how much of it is right. */
export function isVerificationCode(secretKey: string, seed: CodeSeed, code: string): boolean {
  const expected = hmac(secretKey, seed);
  const received = Buffer.alloc(CODE_BYTES);
  const length = received.write(code, 'base64url');
  return timingSafeEqual(expected, received) && length === CODE_BYTES && code.length === 32;
}

function hmac(secretKey: string, { id, nonce }: CodeSeed): Buffer {
  return createHmac('sha256', secretKey)
    .update(`${PURPOSE}\n${id}\n${nonce}`)
    .digest()
    .subarray(0, CODE_BYTES);
}
