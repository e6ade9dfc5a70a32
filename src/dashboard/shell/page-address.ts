/** A server takes addresses of 16 KiB, and one can be within another, in which each character may become three. */
const MAX_LENGTH = 4_000;

/** Such as `jobs?q=…`, or `?range=day` for the first page. */
const PAGE = /^([a-z]+(\/[^\\?#]*)?)?(\?[^\\#]*)?$/;

/** What browsers take for the folder above, or this one. */
const DOTS = /(^|\/)(\.|%2e){1,2}(\/|$)/i;

/**
 * The address of a page below /dashboard that a form, or another address, names; it can be sent in a header whatever was in
 * it. The first page's, which is empty, for one that leads elsewhere, and for one that is too long.
 */
export function pageAddress(given: string): string {
  const [path = ''] = given.split('?');
  if (!PAGE.test(given) || DOTS.test(path)) return '';
  const written = encodeURI(given.toWellFormed()).replace(/%25(?=[0-9a-f]{2})/gi, '%');
  return written.length > MAX_LENGTH ? '' : written;
}
