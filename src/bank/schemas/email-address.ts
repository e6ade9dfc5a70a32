import { domainToASCII } from 'node:url';
import { z } from '@hono/zod-openapi';
import library from 'validator/lib/isEmail.js';

const MAX_LENGTH = 254;
const MAX_LOCAL_LENGTH = 64;

const ADDRESS = {
  error: `expected an e-mail address of at most ${MAX_LENGTH} characters, e.g. ada@example.com`,
};

/**
 * An e-mail address that every mail server can be told of (RFC 5321 without its extensions): letters, digits and
 * !#$%&'*+-/=?^_`{|}~ with single dots among them before the @, 64 at most; behind it a domain with a dot in it, which may
 * be of any script and comes out as DNS has it. No quotes, no comments, no addresses of machines. 254 characters in all.
 */
export const emailAddress = z
  .string(ADDRESS)
  .transform((address, context) => {
    const [plain, mistake] = read(address);
    if (mistake === undefined) return plain;
    context.addIssue({ code: 'custom', message: mistake });
    return z.NEVER;
  })
  .openapi({
    type: 'string',
    maxLength: MAX_LENGTH,
    example: 'ada@example.com',
    description: 'ASCII before the @; the domain may be of any script.',
  });

/** The address, or why it is none. */
function read(address: string): [address: string, mistake?: string] {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  if (at > 0 && /[^\x20-\x7e]/.test(local))
    return [address, 'expected ASCII before the @: not every mail server can be told of other addresses'];
  if (local.length > MAX_LOCAL_LENGTH)
    return [address, `expected at most ${MAX_LOCAL_LENGTH} characters before the @`];
  const plain = `${local}@${domainToASCII(address.slice(at + 1))}`;
  return isEmail(address) && isEmail(plain) ? [plain] : [address, ADDRESS.error];
}

/** The library throws at half a surrogate. First as it came: what makes ASCII of a domain also makes a domain of what is none. */
function isEmail(address: string): boolean {
  return (
    address.isWellFormed() &&
    library.default(address, { allow_utf8_local_part: false, blacklisted_chars: '"' })
  );
}
