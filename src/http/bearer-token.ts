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

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
