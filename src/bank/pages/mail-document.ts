import { raw } from 'hono/html';

const HEAD = /<head[^>]*>/i;
const NEW_WINDOW = '<base target="_blank">';

/** A mail's own HTML, unescaped, with its links opening in a new window. Only for an address with a sandbox policy. */
export function mailDocument(mail: string) {
  return raw(HEAD.test(mail) ? mail.replace(HEAD, (head) => head + NEW_WINDOW) : NEW_WINDOW + mail);
}
