import { describeError } from '../../index.ts';
import { MailRejectedError } from './mailer.ts';
import { plainLine } from './plain-line.ts';

/** What nodemailer adds to the errors it makes; every field may be missing. */
interface SmtpFailure {
  code?: string;
  /** The server's whole reply. */
  response?: string;
  responseCode?: number;
}

/** The steps at which a reply is about this message: its envelope (MAIL, RCPT, DATA) and its content. */
const MESSAGE_STEPS = new Set(['EENVELOPE', 'EMESSAGE']);
/**
 * Replies about the session rather than the message: commands out of order, and a login that is missing, too weak,
 * wrong or unencrypted. Those are ours to set right, and a retry then delivers.
 */
const SESSION_REPLY_CODES = new Set([503, 530, 534, 535, 538]);
const REPLY_MAX_LENGTH = 1000;

/** The error a sender gets for nodemailer's: `MailRejectedError` for a 5xx to this message, otherwise a plain one. */
export function toMailError(cause: unknown): Error {
  const failure = cause as SmtpFailure;
  if (isRefusal(failure)) return new MailRejectedError(replyOf(failure), failure.responseCode, { cause });
  return new Error(`send mail: ${describe(cause)}`, { cause });
}

function isRefusal(failure: SmtpFailure): failure is SmtpFailure & { responseCode: number } {
  const { code = '', responseCode = 0 } = failure;
  if (!MESSAGE_STEPS.has(code) || SESSION_REPLY_CODES.has(responseCode)) return false;
  return responseCode >= 500 && responseCode <= 599;
}

function replyOf({ response, responseCode }: SmtpFailure): string {
  return plainLine(response ?? String(responseCode), REPLY_MAX_LENGTH);
}

function describe(cause: unknown): string {
  return plainLine(describeError(cause).message, REPLY_MAX_LENGTH);
}
