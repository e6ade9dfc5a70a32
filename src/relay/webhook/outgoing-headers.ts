import type { Message } from '../message.ts';

/**
 * What HTTP needs for itself, what says who somebody is or where a request came from, and what the signature stands on. Nobody who
 * enqueues a job sets them for the receiver.
 */
const OURS =
  /^(accept(-.*)?|authorization|cf-connecting-.*|(.*-)?client-ip|connection|content-.*|cookie2?|date|expect|forwarded(-.*)?|host|howdah-.*|http2-settings|keep-alive|max-forwards|origin|proxy(-.*)?|range|referer|sec-.*|set-cookie2?|te|trailer|transfer-encoding|upgrade|user-agent|via|webhook-.*|(x-)?remote-.*|x-forwarded(-.*)?|x-http-method.*|x-method-override|x-original-.*|x-real-ip|x-rewrite-.*)$/;

/** What a request says of itself, but for its signature. */
export function outgoingHeaders({ type, contentType }: Message): Record<string, string> {
  return {
    accept: '*/*',
    'accept-encoding': 'identity',
    'content-type': contentType,
    'howdah-task': type,
    'user-agent': 'Howdah',
  };
}

/**
 * The job's headers that are passed on. Names are in small letters, of two that differ in nothing else the last one counts, and of
 * those that a gateway reads as one the plain one; a name or a value that HTTP cannot carry is percent-encoded.
 */
export function passedHeaders({ headers }: Message): Record<string, string> {
  const encoded = Object.entries(headers).map(
    ([name, value]) => [encode(name.toLowerCase(), NO_TOKEN), encode(value, NO_VALUE)] as const,
  );
  const names = new Set(encoded.map(([name]) => name));
  const isPassed = (name: string, read = asGatewaysRead(name)) =>
    !OURS.test(read) && (read === name || !names.has(read));
  return Object.fromEntries(encoded.filter(([name]) => isPassed(name)));
}

/** Where a header becomes a variable (CGI, WSGI, PHP), `howdah_task` and `howdah.task` are the same as `howdah-task`. */
function asGatewaysRead(name: string): string {
  return name.replace(/[^a-z0-9]/g, '-');
}

const NO_TOKEN = /[^!#$%&'*+.^_`|~0-9a-z-]/u;
/** A blank at either end would be cut off on the way. */
const NO_VALUE = /[^\x20-\x7e]|^ | $/u;
const PLAIN = /[!#$&'*+.^_`|~0-9A-Za-z-]/;

/** A text that is good as it is stays so, with a percent sign that may be in it. */
function encode(text: string, bad: RegExp): string {
  if (!bad.test(text)) return text;
  const signs = [...text.toWellFormed()];
  return signs.map((sign) => (PLAIN.test(sign) ? sign : percentEncoded(sign))).join('');
}

/** By hand, as `encodeURIComponent` leaves the parentheses, which no token has. */
function percentEncoded(sign: string): string {
  const bytes = [...Buffer.from(sign)];
  return bytes.map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}
