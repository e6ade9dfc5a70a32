import { Mistake } from '../mistakes/mistake.ts';

/** How anybody makes a value that is good for every secret here. */
export const SECRET_HINT = 'make one with: openssl rand -base64 32';

/** Shorter ones can be guessed by who may try often; in production none is taken. */
export const MIN_SECRET_LENGTH = 32;

/** @throws {Mistake} when an Authorization header could not carry it */
export function parseToken(value: string): string {
  if (!/^[\x21-\x7e]+$/.test(value)) {
    throw new Mistake(`expected letters, digits and signs of ASCII without spaces; ${SECRET_HINT}`);
  }
  return value;
}
