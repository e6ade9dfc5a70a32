import { setTimeout as delay } from 'node:timers/promises';
import type { Job } from 'graphile-worker';
import type { Logger } from '../../observability/logger.ts';
import type { FleetMember } from '../fleet/fleet-member.ts';
import { VerdictError } from '../run/verdict.ts';

/** How long a suspect has its process to itself at most: what kills a process mostly does so at once. */
const ALONE_MS = 2_000;

/** Resolves when the suspect that began last has ended, or has gone on for ALONE_MS; for all runners of the process. */
let untilAlone: Promise<void> = Promise.resolve();

export interface StartRecorder {
  member: FleetMember;
  token: string;
  environment: { readonly log: Logger };
  /** Fires when the runner begins no further run. */
  leaving: AbortSignal;
}

/** Whether a job was aboard an earlier death of its worker. */
export function isSuspect({ flags }: Job): boolean {
  return flags !== null && 'howdah_deaths' in flags;
}

/**
 * Records the start of a suspect, until the run is over; of other jobs nothing. Suspects
 * of a process begin one after the other, so that one which kills it at once does not leave others with the record of a
 * start that never came to be: three of those, and they were discarded as poison without having run.
 *
 * @throws {VerdictError} that puts the job back, when the runner leaves before its turn
 */
export async function recordStart(
  job: Job,
  { member, token, environment, leaving }: StartRecorder,
): Promise<AsyncDisposable | undefined> {
  if (!isSuspect(job)) return undefined;
  const id = String(job.id);
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const turn = untilAlone;
  const lasted = begun.promise.then(() => delay(ALONE_MS, undefined, { ref: false }));
  untilAlone = turn.then(() => Promise.race([ended.promise, lasted]));
  try {
    await orLeaving(turn, leaving);
    await member.recordStart(id, token);
  } catch (error) {
    ended.resolve();
    throw error;
  }
  begun.resolve();
  return {
    async [Symbol.asyncDispose]() {
      ended.resolve();
      await member
        .clearStart(id, token)
        .catch((err: unknown) =>
          environment.log.warn({ err }, 'the record of a start stays until its runner ends'),
        );
    },
  };
}

async function orLeaving(turn: Promise<void>, leaving: AbortSignal): Promise<void> {
  const left = Promise.withResolvers<never>();
  const onLeaving = () => left.reject(new VerdictError({ kind: 'return', error: leaving.reason as Error }));
  leaving.addEventListener('abort', onLeaving, { once: true });
  if (leaving.aborted) onLeaving();
  try {
    await Promise.race([turn, left.promise]);
  } finally {
    leaving.removeEventListener('abort', onLeaving);
  }
}
