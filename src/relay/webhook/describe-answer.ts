import type { AnswerBody } from './answer-body.ts';
import type { Answer } from './exchange.ts';
import { withheld } from './withheld.ts';

/** Characters of an answer that an error has. */
const MAX_SHOWN = 1_024;

const TEXT =
  /^(text\/|application\/([\w.+-]+\+)?(json|xml)\b|application\/(x-www-form-urlencoded|problem\+json)\b)/i;

/**
 * What an answer says, for people: one line, at most 1,024 characters, without what it repeats of the request, and without signs
 * that steer a terminal or turn the direction of a text. Empty for an empty one.
 */
export function describeAnswer({ headers, body }: Pick<Answer, 'headers' | 'body'>, sent: Sent): string {
  if (body.length === 0) return '';
  const type = headers['content-type'] ?? 'text/plain';
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity' || !TEXT.test(type)) return `${body.length} bytes that are no text`;
  return shorten(printable(withheld(decode(body, type), sent)));
}

/** What was sent, none of which is to be repeated. */
export interface Sent {
  readonly url: URL;
  /** The payload as JSON. */
  readonly body: Buffer;
  /** What else is nobody's affair: signatures, headers of the job. */
  readonly texts: readonly string[];
}

/** Without a sign at the end that was cut in two. */
function decode({ start }: AnswerBody, type: string): string {
  const [, charset = 'utf-8'] = /;\s*charset="?([^\s;"]+)/i.exec(type) ?? [];
  return decoderOf(charset).decode(start, { stream: true });
}

function decoderOf(charset: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder(); // nobody knows that one
  }
}

function printable(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\s]+/gu, ' ')
    .toWellFormed()
    .trim();
}

function shorten(text: string): string {
  const signs = [...text];
  return signs.length > MAX_SHOWN ? `${signs.slice(0, MAX_SHOWN - 1).join('')}…` : text;
}
