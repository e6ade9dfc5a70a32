/** Controls, halves of surrogate pairs, line separators, and marks that turn the reading order or are seen by nobody. */
const HIDDEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;

/**
 * What mail programs make a link of, or read as something else than text: `://`, `www.`, an address, `evil.example`, and the
 * encoded words of headers. St.John and J.R.R. Tolkien are names.
 */
const LIVE = /:\/\/|\bwww\.|@|=\?|[\p{L}\p{N}]\.(\p{Ll}|\p{Lo}){2}/u;

/** Dots that a browser takes for one in a host. */
const OTHER_DOTS = /[\u3002\uff0e\uff61]/g;

/** Whether a customer's name is words and nothing else, so that a mail or a page of ours may say it. */
export function isPlainName(name: string): boolean {
  if (HIDDEN.test(name)) return false;
  return !LIVE.test(name.normalize('NFKC').replace(OTHER_DOTS, '.'));
}
