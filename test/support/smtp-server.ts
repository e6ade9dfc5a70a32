import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { listenSmtp } from '../../src/bank/mail/listening-smtp-server.ts';
import { parseReceivedMail, type ReceivedMail } from '../../src/bank/mail/received-mail.ts';

/** `hang` never answers and keeps the connection; `drop` destroys it; a reply is sent as it is. */
export type SmtpVerdict = 'accept' | 'hang' | 'drop' | { code: number; text: string };

export interface SmtpAttempt {
  /** Counts from 1: attempts for this recipient, or of this step where no recipient is known yet. */
  number: number;
  /** The recipient; empty before it is known (`connect`, `auth`, `mail`). */
  to: string;
}

export type SmtpDecision = (attempt: SmtpAttempt) => SmtpVerdict;

/** Decides at each step of a session; a step that is missing accepts. */
export interface SmtpScript {
  /** Before the greeting. */
  connect?: SmtpDecision;
  /** Makes the server offer logins, in clear text. */
  auth?: SmtpDecision;
  mail?: SmtpDecision;
  rcpt?: SmtpDecision;
  /** After the whole message has arrived. */
  data?: SmtpDecision;
}

export interface ScriptedSmtpServer {
  readonly url: string;
  /** Messages answered with 250, oldest first. */
  readonly accepted: readonly ReceivedMail[];
  /** Every message that was read to its end, whatever was answered, oldest first. */
  readonly received: readonly ReceivedMail[];
  /** Every RCPT command, oldest first. */
  readonly attempts: readonly SmtpAttempt[];
  /** Connections ever made. */
  readonly connectionCount: number;
  /** Connections open now. */
  readonly openConnectionCount: number;
  /** Ends every connection at once. */
  stop(): Promise<void>;
}

/**
 * A real SMTP server on 127.0.0.1 that does as it is told; a bare function decides at RCPT.
 *
 * @example startScriptedSmtpServer(({ number }) => (number <= 2 ? { code: 451, text: 'try later' } : 'accept'))
 * @example startScriptedSmtpServer({ data: () => 'hang' })
 */
export async function startScriptedSmtpServer(
  script: SmtpScript | SmtpDecision = {},
): Promise<ScriptedSmtpServer> {
  const play = new Play(typeof script === 'function' ? { rcpt: script } : script);
  const listening = await listenSmtp(play.server, '127.0.0.1', 0);
  return {
    url: `smtp://127.0.0.1:${listening.port}`,
    accepted: play.accepted,
    received: play.received,
    attempts: play.attempts,
    get connectionCount() {
      return play.connectionCount;
    },
    get openConnectionCount() {
      return listening.sockets.size;
    },
    stop: () => listening.stop(),
  };
}

type Answer = (error?: Error | null) => void;

class Play {
  readonly accepted: ReceivedMail[] = [];
  readonly received: ReceivedMail[] = [];
  readonly attempts: SmtpAttempt[] = [];
  readonly server: SMTPServer;
  connectionCount = 0;
  #mailCount = 0;
  #authCount = 0;
  readonly #script: SmtpScript;
  readonly #socketsByPort = new Map<number, Socket>();

  constructor(script: SmtpScript) {
    this.#script = script;
    this.server = this.#createServer();
    this.server.server.on('connection', (socket: Socket) => {
      const { remotePort = 0 } = socket;
      this.#socketsByPort.set(remotePort, socket);
      socket.once('close', () => this.#socketsByPort.delete(remotePort));
    });
  }

  #createServer(): SMTPServer {
    const { auth } = this.#script;
    return new SMTPServer({
      disabledCommands: auth ? ['STARTTLS'] : ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      allowInsecureAuth: true,
      authOptional: true,
      onConnect: (session, answer) => this.#connect(session, answer),
      onAuth: (_login, session, answer) =>
        this.#act('auth', { session, attempt: this.#nextLogin() }, (error) =>
          answer(error, { user: 'somebody' }),
        ),
      onMailFrom: (_from, session, answer) =>
        this.#act('mail', { session, attempt: { number: ++this.#mailCount, to: '' } }, answer),
      onRcptTo: ({ address }, session, answer) =>
        this.#act('rcpt', { session, attempt: this.#nextAttempt(address) }, answer),
      onData: (stream, session, answer) => void this.#receive(stream, session, answer),
    });
  }

  #connect(session: SMTPServerSession, answer: Answer): void {
    this.connectionCount += 1;
    this.#act('connect', { session, attempt: { number: this.connectionCount, to: '' } }, answer);
  }

  #nextLogin(): SmtpAttempt {
    this.#authCount += 1;
    return { number: this.#authCount, to: '' };
  }

  #nextAttempt(to: string): SmtpAttempt {
    const attempt = { number: this.#attemptCount(to) + 1, to };
    this.attempts.push(attempt);
    return attempt;
  }

  #attemptCount(to: string): number {
    return this.attempts.filter((attempt) => attempt.to === to).length;
  }

  async #receive(stream: SMTPServerDataStream, session: SMTPServerSession, answer: Answer): Promise<void> {
    const recipients = session.envelope.rcptTo.map(({ address }) => address);
    const raw = await buffer(stream).catch(() => undefined);
    if (!raw) return;
    const mail = await parseReceivedMail(raw, recipients);
    this.received.push(mail);
    const to = recipients[0] ?? '';
    this.#act('data', { session, attempt: { number: this.#attemptCount(to), to } }, (error) => {
      if (!error) this.accepted.push(mail);
      answer(error);
    });
  }

  #act(
    step: keyof SmtpScript,
    { session, attempt }: { session: SMTPServerSession; attempt: SmtpAttempt },
    answer: Answer,
  ) {
    const verdict = this.#script[step]?.(attempt) ?? 'accept';
    if (verdict === 'accept') answer();
    else if (verdict === 'drop') this.#socketsByPort.get(session.remotePort)?.destroy();
    else if (verdict !== 'hang')
      answer(Object.assign(new Error(verdict.text), { responseCode: verdict.code }));
  }
}
