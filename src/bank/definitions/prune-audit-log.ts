import { z } from 'zod';
import { defineTask } from '../../tasks/define-task.ts';

/** Removes old rows of the audit log; the crontab enqueues it every hour and says how long rows are kept. */
export const pruneAuditLog = defineTask({
  name: 'prune_audit_log',
  payload: z.strictObject({
    /** Days that a row is kept, 1 to 36,500. */
    kept_days: z.int().min(1).max(36_500),
  }),
  queue: 'default',
  maxRetries: 2,
  timeoutMs: 5 * 60_000,
});
