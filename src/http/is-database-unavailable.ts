/** Socket errors of a server that is gone, and name look-ups that failed. */
const SOCKET_CODES = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENOENT',
];

/** SQLSTATEs after which the same request may succeed: connection lost, shutting down, full, deadlock, conflict. */
const SQL_STATE = /^(08|53|57P0[1-5]|40001|40P01)/;

/** What the driver says without any code. */
const DRIVER_MESSAGE =
  /^Connection terminated|timeout exceeded when trying to connect|Client was closed|^timeout expired/;

/** Whether the database, and not the request, is why this failed. Looks through the errors that wrap the cause. */
export function isDatabaseUnavailable(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (current instanceof AggregateError && current.errors.some(isDatabaseUnavailable)) return true;
    if (DRIVER_MESSAGE.test(current.message)) return true;
    if ('code' in current && typeof current.code === 'string' && isTransientCode(current.code)) return true;
  }
  return false;
}

function isTransientCode(code: string): boolean {
  return SOCKET_CODES.includes(code) || SQL_STATE.test(code);
}
