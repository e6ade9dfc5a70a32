import { z } from '@hono/zod-openapi';
import { isPlainName } from '../mail/plain-name.ts';
import { emailAddress } from './email-address.ts';

/** As much of isPlainName as a pattern can say that means the same with the flag `u` and without it: no control characters. */
const PRINTABLE_PATTERN = '^[^\\u0000-\\u001f\\u007f-\\u009f]*$';

const account = z
  .string({ error: 'expected 3 to 64 of A-Z a-z 0-9 _ . -' })
  .regex(/^[A-Za-z0-9_.-]{3,64}$/, { error: 'expected 3 to 64 of A-Z a-z 0-9 _ . -' })
  .openapi({ example: 'ada' });

const USERNAME = {
  error: 'expected 1 to 100 printable characters, no address of a page or a mailbox among them',
};
const PASSWORD = { error: 'expected 8 to 128 characters, all of them valid, none NUL' };

/** Body of a sign-up. */
export const registration = z
  .strictObject({
    account,
    username: z
      .string(USERNAME)
      .trim()
      .min(1, USERNAME)
      .max(100, USERNAME)
      .refine(isPlainName, USERNAME)
      .openapi({ example: 'Ada Lovelace', pattern: PRINTABLE_PATTERN }),
    email: emailAddress,
    password: z
      .string(PASSWORD)
      .min(8, PASSWORD)
      .max(128, PASSWORD)
      // Halves of surrogate pairs hash alike, whichever they are.
      .refine((password) => password.isWellFormed() && !password.includes('\0'), PASSWORD)
      .openapi({ format: 'password' }),
  })
  .openapi('Registration');

/** The account in an address. */
export const accountParameter = z.object({ account });

export const user = z
  .object({
    id: z.string(),
    account: z.string(),
    username: z.string(),
    email: z.string(),
    email_verified: z.boolean(),
    created_at: z.iso.datetime(),
  })
  .openapi('User');
