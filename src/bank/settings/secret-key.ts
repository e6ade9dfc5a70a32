import { Mistake } from '../../index.ts';

/** Shorter keys could be guessed from a single signature. */
const MIN_SECRET_KEY_LENGTH = 32;

/** @throws {Mistake} */
export function parseSecretKey(value: string): string {
  if (value.length < MIN_SECRET_KEY_LENGTH) {
    throw new Mistake(
      `expected at least ${MIN_SECRET_KEY_LENGTH} characters; make one with: openssl rand -base64 32`,
    );
  }
  return value;
}
