import { causesOf } from '../errors/causes-of.ts';

/** Socket errors of a server or a network that is gone, and name look-ups that failed. */
const SOCKET_CODES = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'ECONNABORTED',
  'ENOENT',
];

/**
 * SQLSTATEs after which the same request may succeed: connection lost, full, shut down, timed out, conflict, read-only
 * until another server is the primary.
 */
const SQL_STATE = /^(08|53|57014|57P0[1-5]|55P03|40001|40P01|25006|25P0[34])/;

/** How the driver's errors without a code begin. */
const DRIVER_MESSAGES = [
  'Connection terminated',
  'Client was closed',
  'Client has encountered a connection error',
  'Cannot use a pool after calling end',
  'Query read timeout',
  'timeout exceeded when trying to connect',
  'timeout expired',
];

/** Whether the database, and not the request, is why this failed. Looks through the errors that wrap the cause. */
export function isDatabaseUnavailable(error: unknown): boolean {
  return [...causesOf(error)].some((each) => {
    if (each instanceof Error && isFromDriver(each)) return true;
    if ('path' in each) return false; // a file that is not there has the code of a socket that is not
    const { code, originalCode } = each as { code?: unknown; originalCode?: unknown };
    return isTransientCode(code) || isTransientCode(originalCode);
  });
}

function isFromDriver({ message }: Error): boolean {
  return DRIVER_MESSAGES.some((beginning) => message.startsWith(beginning));
}

function isTransientCode(code: unknown): boolean {
  if (typeof code !== 'string') return false;
  return SOCKET_CODES.includes(code) || SQL_STATE.test(code);
}
