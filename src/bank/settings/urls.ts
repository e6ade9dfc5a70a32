import { Mistake } from '../../index.ts';

const SMTP_FORM =
  'expected the address of a mail server, smtp: or smtps:, e.g. smtp://user:password@mail.example:587';
const PUBLIC_FORM =
  'expected an http: or https: address without user, query and fragment, e.g. https://bank.example';

/** The address as it was given. @throws {Mistake} */
export function parseSmtpUrl(value: string): string {
  const url = parseUrl(value, SMTP_FORM);
  if (!/^smtps?:\/\//i.test(value) || url.hostname === '') throw new Mistake(SMTP_FORM);
  checkEncoding(url, SMTP_FORM);
  return value;
}

/** The address without a slash at its end, so that paths can be added. @throws {Mistake} */
export function parsePublicUrl(value: string): string {
  const url = parseUrl(value, PUBLIC_FORM);
  const isPlain = [url.username, url.password, url.search, url.hash].every((part) => part === '');
  if (!/^https?:\/\//i.test(value) || !isPlain) throw new Mistake(PUBLIC_FORM);
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function parseUrl(value: string, form: string): URL {
  const url = URL.parse(value);
  if (url === null) throw new Mistake(form);
  return url;
}

/** Clients decode these parts and fail with "URI malformed", which tells nobody which setting was meant. */
function checkEncoding({ username, password, pathname }: URL, form: string): void {
  try {
    [username, password, pathname].map(decodeURIComponent);
  } catch {
    throw new Mistake(`${form}; write a % in user, password or path as %25`);
  }
}
