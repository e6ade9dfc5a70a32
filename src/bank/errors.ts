import type { ErrorKind } from '../index.ts';

/** What the bank's callers can meet beside Howdah's own errors. */
export const USER_EXISTS: ErrorKind = {
  code: 'user_exists',
  status: 409,
  title: 'The account is taken',
};
export const USER_NOT_FOUND: ErrorKind = { code: 'user_not_found', status: 404, title: 'No such user' };
export const VERIFICATION_NOT_FOUND: ErrorKind = {
  code: 'verification_not_found',
  status: 404,
  title: 'The verification code is not valid',
};
export const VERIFICATION_EXPIRED: ErrorKind = {
  code: 'verification_expired',
  status: 410,
  title: 'The verification code has expired',
};
export const VERIFICATION_USED: ErrorKind = {
  code: 'verification_used',
  status: 410,
  title: 'The verification code was already used',
};
