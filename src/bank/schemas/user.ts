import { z } from '@hono/zod-openapi';
import { emailAddress } from './email-address.ts';

/** Control characters, NUL among them, and halves of surrogate pairs. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

/** As much of that as a pattern can say that means the same with the flag `u` and without it. */
const PRINTABLE_PATTERN = '^[^\\u0000-\\u001f\\u007f-\\u009f]*$';

const account = z
  .string({ error: 'expected 3 to 64 of A-Z a-z 0-9 _ . -' })
  .regex(/^[A-Za-z0-9_.-]{3,64}$/, { error: 'expected 3 to 64 of A-Z a-z 0-9 _ . -' })
  .openapi({ example: 'ada' });

const USERNAME = { error: 'expected 1 to 100 printable characters' };
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
      .refine((username) => !UNPRINTABLE.test(username), USERNAME)
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

/** A job that a request enqueued. */
export const enqueuedJob = z
  .object({ id: z.string(), task: z.string(), queue: z.string() })
  .openapi('EnqueuedJob');
