import { type Mailer, type MailMessage, MailRejectedError, type SendOptions } from './mailer.ts';
import { plainLine } from './plain-line.ts';
import { toMailError } from './smtp-failure.ts';
import { openSmtpTransport, type SmtpTransport, type SmtpTransportOptions } from './smtp-transport.ts';

export interface SmtpMailerOptions extends SmtpTransportOptions {
  /** Who every mail is from: `no-reply@bank.example` or `Bank <no-reply@bank.example>`. */
  from: string;
}

/**
 * A mailer to one SMTP server over pooled connections, which open with the first send. Of two sends under way, an
 * abort ends only its own. A failed login or TLS handshake is a plain error, since the message may pass once that is
 * set right. An address that is not exactly one plain address is refused as the server would do it, with 553.
 *
 * @throws {TypeError} `url` is not an SMTP address
 */
export function createSmtpMailer({ from, ...connection }: SmtpMailerOptions): Mailer {
  return new SmtpMailer(openSmtpTransport(connection), from);
}

class SmtpMailer implements Mailer {
  readonly #transport: SmtpTransport;
  readonly #from: string;
  readonly #underWay = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(transport: SmtpTransport, from: string) {
    this.#transport = transport;
    this.#from = from;
  }

  async send(message: MailMessage, { signal }: SendOptions = {}): Promise<void> {
    if (this.#isClosed) throw new Error('send mail: the mailer is closed');
    signal?.throwIfAborted();
    const mail = { ...compose(message), from: this.#from, signal };
    try {
      await this.#track(this.#transport.sendMail(mail));
    } catch (error) {
      if (signal?.aborted && isAbort(error)) throw signal.reason;
      throw toMailError(error);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#underWay);
    this.#transport.close();
  }

  async #track<T>(delivery: Promise<T>): Promise<T> {
    this.#underWay.add(delivery);
    try {
      return await delivery;
    } finally {
      this.#underWay.delete(delivery);
    }
  }
}

function isAbort(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'EABORT';
}

const SUBJECT_MAX_LENGTH = 200;

function compose({ to, subject, text, html, messageId }: MailMessage) {
  return {
    to: { name: '', address: onlyAddress(to) },
    subject: plainLine(subject, SUBJECT_MAX_LENGTH),
    text,
    html,
    messageId: `<${plainMessageId(messageId)}>`,
    // Keeps vacation responders quiet (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
    xMailer: false as const,
  };
}

/** Longest address that fits the path of SMTP's RCPT (RFC 5321, section 4.5.3.1.3). */
const ADDRESS_MAX_LENGTH = 254;
const ONE_ADDRESS = /^[^\s\p{Cc}<>()[\]\\,;:"@]+@[^\s\p{Cc}<>()[\]\\,;:"@]+$/u;

/** A second recipient or a header of one's own hides in what is more than an address. */
function onlyAddress(to: string): string {
  if (to.length <= ADDRESS_MAX_LENGTH && ONE_ADDRESS.test(to)) return to;
  throw new MailRejectedError('553 not a mail address that can be sent to', 553);
}

function plainMessageId(messageId: string): string {
  if (/^[^\s\p{Cc}<>@]+@[^\s\p{Cc}<>@]+$/u.test(messageId)) return messageId;
  throw new TypeError('expected a message id like job-1@bank.example, without angle brackets');
}
