/** A text without what Postgres refuses: NUL in any text, lone surrogates in JSON. */
export function storable(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replaceAll('\0', '').toWellFormed();
}
