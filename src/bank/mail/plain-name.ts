/**
 * Controls, halves of surrogate pairs, line separators, and what turns the reading order or is seen by nobody, but what joins
 * letters of Persian and Mongolian or parts of an emoji.
 */
const HIDDEN =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}[\p{Default_Ignorable_Code_Point}--[\u180b-\u180d\u200c\u200d\ufe00-\ufe0f\u{e0020}-\u{e007f}]]]/v;

/**
 * What mail programs make a link of, or read as something else than text: `://`, an address, `evil.example` in any
 * script, and the encoded words of headers. St.John and J.R.R. Tolkien are names; see `withoutHosts`.
 */
const LIVE = /:\/\/|@|=\?|\S\.[\u200c\u200d]*(?:\p{Ll}|\p{Lo})[\p{Ll}\p{Lo}\p{M}\u200c\u200d]/u;

const WWW = /\bwww\./i;

/** Dots that a browser takes for one in a host. */
const OTHER_DOTS = /[\u3002\uff0e\uff61]/g;

/** A dot between words, not one of initials. */
const DOT_IN_WORDS = /[.\u2024\u3002\ufe52\uff0e\uff61](?=\S{2})(?!\p{Lu}\.)/gu;

/** Whether a customer's name is words and nothing else, so that a mail or a page of ours may say it. */
export function isPlainName(name: string): boolean {
  if (HIDDEN.test(name)) return false;
  const read = name.normalize('NFKC').replace(OTHER_DOTS, '.');
  return !LIVE.test(read) && !WWW.test(read);
}

/** St. John of St.John: what is a name like EVIL.COM, or none, is then no host that a mail program makes a link of. */
export function withoutHosts(name: string): string {
  return name.replace(DOT_IN_WORDS, '. ');
}
