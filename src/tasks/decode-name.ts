/** The name of a place as ROUTES and SOURCES write it, with %2C for a comma. One that is not written so stays as it is. */
export function decodeName(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
