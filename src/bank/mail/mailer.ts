/** Sends mail; what carries it (SMTP, a recording) is decided at composition. */
export interface Mailer {
  /**
   * Resolves once the server has accepted the message. Sending twice with one `messageId` may deliver twice;
   * receivers that drop duplicates do so by that id.
   *
   * @throws {MailRejectedError} the server refused this message for good (5xx): sending again cannot help
   * @throws {Error} anything else (4xx, broken connection, failed login, abort): sending again may help
   */
  send(message: MailMessage, options?: SendOptions): Promise<void>;
  /** Closes pooled connections; sends under way finish first. */
  close(): Promise<void>;
}

export interface MailMessage {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** Value of the Message-ID header without angle brackets; the same for every retry of one job. */
  messageId: string;
}

export interface SendOptions {
  /** Ends the attempt: the connection is dropped and the promise rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** The server's permanent refusal; the message is its reply. */
export class MailRejectedError extends Error {
  override readonly name = 'MailRejectedError';
  /** SMTP reply code, 500 to 599. */
  readonly replyCode: number;

  constructor(reply: string, replyCode: number, options?: ErrorOptions) {
    super(reply, options);
    this.replyCode = replyCode;
  }
}
