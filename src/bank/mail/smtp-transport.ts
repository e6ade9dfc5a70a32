import { createTransport } from 'nodemailer';

const DEFAULT_TIMEOUT_MS = 30_000;
/** Enough for the default concurrency of every queue without opening more than mail servers grant one client. */
const MAX_CONNECTIONS = 10;

export interface SmtpTransportOptions {
  /**
   * `smtp://` (encrypted as soon as the server offers it) or `smtps://`, with user and password where needed.
   * Parameters of the address set nodemailer's connection options and win, as in `?requireTLS=true`.
   */
  url: string;
  /** Longest wait for the connection, the greeting, and between two replies; 30,000 ms by default. */
  timeoutMs?: number;
}

export type SmtpTransport = ReturnType<typeof openSmtpTransport>;

/**
 * A pool of at most ten connections, opened on demand.
 *
 * @throws {TypeError} the address is not an SMTP one; it is not repeated, as it may hold a password
 */
export function openSmtpTransport({ url, timeoutMs = DEFAULT_TIMEOUT_MS }: SmtpTransportOptions) {
  assertSmtpUrl(url);
  return createTransport({
    url,
    pool: true,
    maxConnections: MAX_CONNECTIONS,
    // A pooled connection may turn out dead before a byte of the message went out; one more try costs nothing, and
    // everything beyond that is the job's own retry.
    maxRequeues: 1,
    connectionTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    idleTimeout: timeoutMs / 2,
    // A hung server never closes its side, so half-closing would keep the socket of an aborted send.
    socketCloseTimeout: 0,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

function assertSmtpUrl(url: string): void {
  const { protocol, hostname } = URL.parse(url) ?? {};
  if ((protocol !== 'smtp:' && protocol !== 'smtps:') || !hostname) {
    throw new TypeError('expected an address like smtp://mail.example:587 for the mail server');
  }
}
