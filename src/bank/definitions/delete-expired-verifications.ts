import { z } from 'zod';
import { defineTask } from '../../index.ts';

/** Removes verifications that nobody used, a week after they expired; the crontab enqueues it every hour. */
export const deleteExpiredVerifications = defineTask({
  name: 'delete_expired_verifications',
  payload: z.strictObject({}),
  queue: 'default',
  maxRetries: 2,
  timeoutMs: 5 * 60_000,
});
