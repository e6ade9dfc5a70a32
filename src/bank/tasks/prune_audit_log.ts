import { bind } from '../../tasks/bind.ts';
import type { TaskContext } from '../../tasks/task-context.ts';
import { pruneAuditLog } from '../../work/upkeep/prune-audit-log.ts';
import { pruneAuditLog as definition } from '../definitions/prune-audit-log.ts';
import type { Services } from '../services.ts';

export default bind(
  definition,
  async ({ kept_days: keptDays }, { signal, log, services }: TaskContext<Services>): Promise<void> => {
    const count = await pruneAuditLog(services.db, { keptDays, signal });
    log.debug({ count }, 'old rows of the audit log pruned');
  },
);
