import { isDatabaseUnavailable } from '../db/is-database-unavailable.ts';
import { toError } from '../errors/to-error.ts';
import { HowdahError } from '../errors.ts';
import type { JobFilter } from '../look/job-filter.ts';
import type { BulkAction } from '../operate/bulk.ts';
import { InterruptedBulk } from '../operate/interrupted-bulk.ts';
import { countBulk, outcomeOf, runBulk } from '../operate/run-bulk.ts';
import { checkFilter } from './check-filter.ts';
import {
  checkOptions,
  type OptionChecks,
  reasonMistake,
  signalMistake,
  wholeNumberMistake,
} from './check-options.ts';
import type { Connections } from './connections.ts';
import type { BulkOperator, BulkOptions } from './howdah.ts';
import { mistake } from './mistake.ts';

/** As over HTTP: locks are held for some milliseconds. */
const BATCH_SIZE = 1_000;
const DEFAULT_MAX = 1_000;
const MOST = 100_000;

/** What changes many jobs at once. @param closing ends it between two transactions */
export function createBulkOperator(
  connections: Connections,
  actor: string,
  closing: AbortSignal,
): BulkOperator {
  const act =
    (action: BulkAction) =>
    async (filter: JobFilter, options: BulkOptions = {}) => {
      refuseMistakes(filter, options);
      const { dryRun = false, max = DEFAULT_MAX, reason, signal } = options;
      const bulk = { action, filter, max };
      if (dryRun) return connections.use((db) => countBulk(db, bulk));
      const ending = AbortSignal.any([closing, ...(signal ? [signal] : [])]);
      const change = { ...bulk, reason, batchSize: BATCH_SIZE, actor: { name: actor }, signal: ending };
      return connections.use(async (db) => outcomeOf(action, await runBulk(db, change))).catch(tellChanged);
    };
  return { cancel: act('cancel'), discard: act('discard'), retry: act('retry'), runNow: act('run_now') };
}

const OPTIONS: OptionChecks<BulkOptions> = {
  dryRun: (value) => (typeof value === 'boolean' ? undefined : 'true or false'),
  max: wholeNumberMistake(1, MOST),
  reason: reasonMistake,
  signal: signalMistake,
};

function refuseMistakes(filter: JobFilter, options: BulkOptions): void {
  if (checkFilter(filter) === 0) {
    throw mistake('filter', "expected at least one condition, e.g. { queue: 'default' }");
  }
  checkOptions(options, OPTIONS);
}

/** What earlier transactions did stands, so that the error must not say that nothing was done. */
function tellChanged(error: unknown): never {
  if (!(error instanceof InterruptedBulk)) throw error;
  const { changedCount: changed, cause } = error;
  const message = toError(cause).message;
  throw new HowdahError(kindOf(cause), {
    detail: `${message}; ${changed} jobs had been changed before that, and the same call goes on`,
    details: { changed },
    cause,
  });
}

function kindOf(error: unknown) {
  if (error instanceof HowdahError) return error.kind;
  return isDatabaseUnavailable(error) ? 'unavailable' : 'internal';
}
