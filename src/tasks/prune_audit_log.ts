import { pruneAuditLog as definition } from '../jobs/prune-audit-log.ts';
import { bind } from '../processor/bind.ts';
import type { TaskContext } from '../processor/task-context.ts';
import { pruneAuditLog } from '../processor/upkeep/prune-audit-log.ts';
import type { Services } from '../services.ts';

export default bind(
  definition,
  async ({ kept_days: keptDays }, { signal, log, services }: TaskContext<Services>): Promise<void> => {
    const count = await pruneAuditLog(services.db, { keptDays, signal });
    log.debug({ count }, 'old rows of the audit log pruned');
  },
);
