import { durationParser, type SettingsContext, type SettingsReader } from '../../index.ts';
import { parseMailFrom } from './mail-from.ts';
import { parseRateLimit, type RateLimitSetting } from './rate-limit.ts';
import { parseSecretKey } from './secret-key.ts';
import { parsePublicUrl, parseSmtpUrl } from './urls.ts';

/** What the bank reads from the environment, beside what every application has. */
export interface BankSettings {
  /** PUBLIC_URL, no slash at its end; undefined means wherever the service listens. */
  readonly publicUrl: string | undefined;
  /** SMTP_URL; undefined means a mailbox of our own, in development only. */
  readonly smtpUrl: string | undefined;
  /** MAIL_FROM. @default 'Simple Bank <no-reply@simplebank.example>' */
  readonly mailFrom: string;
  /** SECRET_KEY, at least 32 characters; undefined only in development, where one is generated. */
  readonly secretKey: string | undefined;
  /** VERIFY_EMAIL_DELAY, at most 30 days. @default 0 */
  readonly verifyEmailDelayMs: number;
  /** SIGN_UP_RATE_LIMIT for one client address; undefined means none (`off`). @default 20 a minute */
  readonly signUpRateLimit: RateLimitSetting | undefined;
  /** VERIFY_RATE_LIMIT: tries of a code by one client address; undefined means any number. @default 30 a minute */
  readonly verifyRateLimit: RateLimitSetting | undefined;
  /** RESEND_RATE_LIMIT: mails that one client address may ask for again; undefined means any number. @default 10 a minute */
  readonly resendRateLimit: RateLimitSetting | undefined;
}

const DAY_MS = 86_400_000;

const REQUIRED_IN_PRODUCTION = {
  SECRET_KEY: 'make one with: openssl rand -base64 32',
  SMTP_URL: 'the mail server to send through, e.g. smtp://user:password@mail.example:587',
  PUBLIC_URL: 'the address that links in mails point to, e.g. https://bank.example',
};

/** In a process of its own, a worker can neither show a mailbox nor know where the API listens. */
const REQUIRED_BY_A_WORKER = {
  SMTP_URL: 'as nobody could read a mailbox inside it',
  PUBLIC_URL: 'as the links in its mails lead to the API',
};

export function readBankSettings(
  reader: SettingsReader,
  { environment, role }: SettingsContext,
): BankSettings {
  if (environment === 'production') reportMissing(reader);
  else if (role === 'worker') reportMissingInWorker(reader);
  return {
    publicUrl: reader.optional('PUBLIC_URL', parsePublicUrl),
    smtpUrl: reader.optional('SMTP_URL', parseSmtpUrl),
    mailFrom: reader.setting('MAIL_FROM', parseMailFrom, 'Simple Bank <no-reply@simplebank.example>'),
    secretKey: reader.optional('SECRET_KEY', parseSecretKey),
    verifyEmailDelayMs: reader.setting('VERIFY_EMAIL_DELAY', durationParser(30 * DAY_MS), '0s'),
    signUpRateLimit: reader.setting('SIGN_UP_RATE_LIMIT', parseRateLimit, '20/1m'),
    verifyRateLimit: reader.setting('VERIFY_RATE_LIMIT', parseRateLimit, '30/1m'),
    resendRateLimit: reader.setting('RESEND_RATE_LIMIT', parseRateLimit, '10/1m'),
  };
}

/** Settings that are legal and yet seldom meant. */
export function bankWarnings({ publicUrl }: BankSettings, { environment }: SettingsContext): string[] {
  if (environment !== 'production' || !publicUrl?.startsWith('http:')) return [];
  return ['PUBLIC_URL is not https: links in mails, and the codes in them, travel unencrypted'];
}

function reportMissing(reader: SettingsReader): void {
  for (const [variable, hint] of Object.entries(REQUIRED_IN_PRODUCTION)) {
    if (!reader.has(variable)) reader.report(variable, `required in production and not set; ${hint}`);
  }
}

function reportMissingInWorker(reader: SettingsReader): void {
  for (const [variable, why] of Object.entries(REQUIRED_BY_A_WORKER)) {
    if (reader.has(variable)) continue;
    const advice = 'set it, or use npm start, which is API, worker, database and mailbox in one';
    reader.report(variable, `required by a worker, ${why}; ${advice}`);
  }
}
