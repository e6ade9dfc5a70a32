import { z } from 'zod';
import { defineTask } from '../../index.ts';

/** Congratulates a new customer on signing up. */
export const sendWelcomeEmail = defineTask({
  name: 'send_welcome_email',
  payload: z.strictObject({ user_account: z.string().min(1).max(64) }),
  queue: 'default',
  maxRetries: 3,
  timeoutMs: 30_000,
});
