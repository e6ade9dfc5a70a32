import { z } from 'zod';
import { defineTask } from '../../index.ts';

/** Mails a new customer the link that proves the address is theirs. */
export const sendVerifyEmail = defineTask({
  name: 'send_verify_email',
  payload: z.strictObject({ user_account: z.string().min(1).max(64) }),
  queue: 'critical',
  maxRetries: 10,
  timeoutMs: 60_000,
});
