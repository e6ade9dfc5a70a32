import { isIPv4 } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { listenSmtp } from './listening-smtp-server.ts';
import { parseReceivedMail, type ReceivedMail } from './received-mail.ts';

const MAX_MESSAGE_BYTES = 10 * 1024 * 1024;

export interface DevelopmentMailboxOptions {
  /** A loopback address; 127.0.0.1 by default. */
  host?: string;
  /** 0, the default, takes a free one. */
  port?: number;
  /** Messages kept; the oldest go first. 500 by default. */
  maxMessages?: number;
}

/** A real SMTP server that delivers to nobody: it shows what the service mails. */
export interface DevelopmentMailbox {
  /** Address for a mailer, as in `smtp://127.0.0.1:2525`. */
  readonly url: string;
  /** What was received, newest first. */
  messages(): readonly MailboxMessage[];
  /** One message, or undefined when it never was or was dropped. */
  message(id: number): MailboxMessage | undefined;
  /** Forgets every message; ids go on from where they were. */
  clear(): void;
  /** Ends the server and every connection to it at once. */
  stop(): Promise<void>;
}

export interface MailboxMessage extends ReceivedMail {
  /** Counts from 1 in the order of arrival. */
  readonly id: number;
}

/**
 * Starts a mailbox that takes every message up to 10 MiB (larger ones are refused with 552), without a login and
 * without encryption, which is why it listens on this machine only.
 *
 * @throws {TypeError} `host` is not a loopback address
 * @throws {Error} the port is taken
 */
export async function startDevelopmentMailbox(
  options: DevelopmentMailboxOptions = {},
): Promise<DevelopmentMailbox> {
  const { host = '127.0.0.1', port = 0, maxMessages = 500 } = options;
  if (!isLoopback(host))
    throw new TypeError(`expected a loopback address for the development mailbox, received ${host}`);
  const box = new MessageBox(maxMessages);
  const server = await listenSmtp(createServer(box), host, port);
  return {
    url: `smtp://${host.includes(':') ? `[${host}]` : host}:${server.port}`,
    messages: () => box.newestFirst(),
    message: (id) => box.find(id),
    clear: () => box.clear(),
    stop: () => server.stop(),
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

class MessageBox {
  readonly #maxMessages: number;
  #messages: MailboxMessage[] = [];
  #lastId = 0;

  constructor(maxMessages: number) {
    this.#maxMessages = maxMessages;
  }

  add(mail: ReceivedMail): void {
    this.#lastId += 1;
    this.#messages.unshift({ id: this.#lastId, ...mail });
    this.#messages.splice(this.#maxMessages);
  }

  newestFirst(): readonly MailboxMessage[] {
    return [...this.#messages];
  }

  find(id: number): MailboxMessage | undefined {
    return this.#messages.find((message) => message.id === id);
  }

  clear(): void {
    this.#messages = [];
  }
}

function createServer(box: MessageBox): SMTPServer {
  return new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: MAX_MESSAGE_BYTES,
    rejectOversized: true,
    onData: (stream, session, callback) => {
      receive(box, stream, session).then(() => callback(), callback);
    },
  });
}

async function receive(
  box: MessageBox,
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
): Promise<void> {
  const raw = await readUpToLimit(stream);
  // The server answers 552 by itself.
  if (!raw) return;
  const recipients = session.envelope.rcptTo.map(({ address }) => address);
  box.add(await parseReceivedMail(raw, recipients));
}

/** The whole message, or nothing when it is too large: then it is read to its end but not kept in memory. */
async function readUpToLimit(stream: SMTPServerDataStream): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) {
    if (stream.sizeExceeded) chunks.length = 0;
    else chunks.push(chunk as Uint8Array);
  }
  return stream.sizeExceeded ? undefined : Buffer.concat(chunks);
}
