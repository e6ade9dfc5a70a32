import bank from '../app.ts';
import { deleteExpiredVerifications as definition } from '../definitions/delete-expired-verifications.ts';
import { deleteExpiredVerifications } from '../users/delete-expired-verifications.ts';

export default bank.handle(definition, async (_, { signal, log, services }): Promise<void> => {
  const count = await deleteExpiredVerifications(services.db, signal);
  log.info({ count }, 'expired verifications deleted');
});
