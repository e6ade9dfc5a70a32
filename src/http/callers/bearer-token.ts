import { createHash, timingSafeEqual } from 'node:crypto';

const BEARER = /^Bearer +(\S+) *$/i;

/** The token of an Authorization header, as a digest to compare with; undefined without one. */
export function readBearer(authorization: string | undefined): Buffer | undefined {
  const token = BEARER.exec(authorization ?? '')?.[1];
  return token === undefined ? undefined : digest(token);
}

/** Whether a digest is this token's. Takes the same time whatever they are; their lengths tell nothing either. */
export function tokenCheck(token: string | undefined): (received: Buffer) => boolean {
  if (token === undefined) return () => false;
  const expected = digest(token);
  return (received) => timingSafeEqual(expected, received);
}

/** Whether an Authorization header carries one of the tokens. Compares with each: time tells nothing about which it was. */
export function bearerCheck(
  tokens: readonly (string | undefined)[],
): (authorization: string | undefined) => boolean {
  const checks = tokens.map(tokenCheck);
  return (authorization) => {
    const received = readBearer(authorization);
    return received !== undefined && checks.reduce((found, matches) => matches(received) || found, false);
  };
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
