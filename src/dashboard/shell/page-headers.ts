/** Scripts and styles of our own alone, none of them in the page; connections to this service alone. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

export const PAGE_HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  // With the referrer of its own pages a command knows where it came from; other sites get none.
  'Referrer-Policy': 'same-origin',
  Vary: 'Accept-Language, Cookie',
};
