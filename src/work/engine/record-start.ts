import type { Job } from 'graphile-worker';
import type { Logger } from '../../observability/logger.ts';
import type { FleetMember } from '../fleet/fleet-member.ts';

/** Records the start of a job that was aboard an earlier death, until the run is over; of others nothing. */
export async function recordStart(
  { id, flags }: Job,
  { member, token, log }: { member: FleetMember; token: string; log: Logger },
): Promise<AsyncDisposable | undefined> {
  if (flags === null || !('howdah_deaths' in flags)) return undefined;
  await member.recordStart(String(id), token);
  return {
    [Symbol.asyncDispose]: () =>
      member
        .clearStart(String(id), token)
        .catch((err: unknown) => log.warn({ err }, 'the record of a start stays until its runner ends')),
  };
}
