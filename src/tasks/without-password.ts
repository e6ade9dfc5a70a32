/** What may be the host of an address, however its scheme is written or left out, before a path or a query. */
const BEFORE_PATH = [
  /(:\/\/[^/?#]*)[/?#].*/s,
  /^(\*\*\*@[^/?#]*)[/?#].*/s,
  /^(https?:\/?[^/?#]+)[/?#].*/is,
  /^(\/\/[^/?#]*)[/?#].*/s,
  /^([^/?#:\s"]+\.[^/?#:\s"]+)[/?#].*/s,
];

/**
 * A text that is, or was meant to be, an address or a part of one, without who may log in there, and without path and query, which
 * many services make a secret. It may be wrong in any way, so rather too much is hidden: everything up to the last @, and whatever
 * stands in the place of a port without being one, as where a comma in a password cut the address.
 */
export function withoutPassword(text: string): string {
  const hidden = text
    .replace(/^(.*?:\/\/)?.*@/s, '$1***@')
    .replace(/(:\/\/[^:/?#@]*):(?!\d+(?:[/?#]|$)).*$/s, '$1:***');
  return BEFORE_PATH.reduce((left, path) => left.replace(path, '$1/***'), hidden);
}

/** As JSON, each of its texts so. */
export function shown(given: unknown): string {
  const hide = (_: string, value: unknown) => (typeof value === 'string' ? withoutPassword(value) : value);
  return JSON.stringify(given, hide) ?? typeof given;
}
