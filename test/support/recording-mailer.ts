import type { Mailer, MailMessage, SendOptions } from '../../src/bank/mail/mailer.ts';

/** A mailer that keeps what it is given and delivers nothing. */
export interface RecordingMailer extends Mailer {
  /** What was sent, oldest first. */
  readonly sent: readonly MailMessage[];
}

/** Accepts every message at once; an aborted signal rejects as with a real server. */
export function createRecordingMailer(): RecordingMailer {
  const sent: MailMessage[] = [];
  return {
    sent,
    async send(message: MailMessage, { signal }: SendOptions = {}) {
      signal?.throwIfAborted();
      sent.push({ ...message });
    },
    async close() {},
  };
}
