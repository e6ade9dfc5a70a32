import { deleteExpiredVerifications as definition } from '../jobs/delete-expired-verifications.ts';
import { bind } from '../processor/bind.ts';
import type { TaskContext } from '../processor/task-context.ts';
import type { Services } from '../services.ts';
import { deleteExpiredVerifications } from '../users/delete-expired-verifications.ts';

export default bind(
  definition,
  async (_, { signal, log, services }: TaskContext<Services>): Promise<void> => {
    const count = await deleteExpiredVerifications(services.db, signal);
    log.info({ count }, 'expired verifications deleted');
  },
);
