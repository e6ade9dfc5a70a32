import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseHandle } from '../../db/connections/open-database.ts';
import { isDatabaseUnavailable } from '../../db/is-database-unavailable.ts';
import { describeFailure } from '../describe-failure.ts';
import { interruptSignal } from './interrupt-signal.ts';
import type { Output } from './output.ts';

export interface Watch {
  /** Reads and shows. */
  look: () => Promise<void>;
  intervalMs: number;
  output: Output;
  /** Where it looks; a look under way at Ctrl-C is cut off, as it may never end. */
  database: Pick<DatabaseHandle, 'disconnect'>;
}

/**
 * Looks again and again, and at once when the terminal has got another size, until Ctrl-C. A database that is away for a
 * while, as for a restart, ends nothing but the first look.
 *
 * @throws what the first look does, and later ones for any other reason
 */
export async function watchUntilInterrupted({ look, intervalMs, output, database }: Watch): Promise<void> {
  using interrupt = interruptSignal();
  const { signal } = interrupt;
  const interrupted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  let next = look();
  while (!signal.aborted) {
    await Promise.race([next, interrupted]);
    if (!signal.aborted) await pause(intervalMs, output, signal);
    if (!signal.aborted) next = look().catch((error: unknown) => tellAbsence(error, output));
  }
  next.catch(() => {});
  database.disconnect();
}

async function pause(intervalMs: number, output: Output, signal: AbortSignal): Promise<void> {
  const resized = new AbortController();
  using _ = output.onResize(() => resized.abort());
  await delay(intervalMs, undefined, { signal: AbortSignal.any([signal, resized.signal]) }).catch(() => {});
}

function tellAbsence(error: unknown, output: Output): void {
  const failure = describeFailure(error);
  if (!failure || !isDatabaseUnavailable(error)) throw error;
  output.complain(`${failure.message}; looking again`);
}
