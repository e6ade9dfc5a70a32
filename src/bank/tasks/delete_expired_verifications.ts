import { bind } from '../../tasks/bind.ts';
import type { TaskContext } from '../../tasks/task-context.ts';
import { deleteExpiredVerifications as definition } from '../definitions/delete-expired-verifications.ts';
import type { Services } from '../services.ts';
import { deleteExpiredVerifications } from '../users/delete-expired-verifications.ts';

export default bind(
  definition,
  async (_, { signal, log, services }: TaskContext<Services>): Promise<void> => {
    const count = await deleteExpiredVerifications(services.db, signal);
    log.info({ count }, 'expired verifications deleted');
  },
);
