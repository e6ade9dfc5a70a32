const JSON_ESCAPE = /\\(?:u([0-9a-f]{4})|([bfnrt])|(["'\\/]))/gi;
const HTML_ESCAPE = /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi;
const URL_ESCAPE = /(?:%[0-9a-f]{2})+/gi;

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** A text as a person would read it who undoes what JSON, HTML and URLs write for single signs. What means none stays. */
export function unescaped(text: string): string {
  return text
    .replace(JSON_ESCAPE, (_, hex?: string, blank?: string, sign?: string) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      return blank === undefined ? (sign ?? '') : ' ';
    })
    .replace(HTML_ESCAPE, (whole, hex?: string, digits?: string, name?: string) => {
      if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole;
      return signOf(hex === undefined ? Number(digits) : Number.parseInt(hex, 16)) ?? whole;
    })
    .replace(URL_ESCAPE, (whole) => {
      try {
        return decodeURIComponent(whole);
      } catch {
        return whole;
      }
    });
}

function signOf(code: number): string | undefined {
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
