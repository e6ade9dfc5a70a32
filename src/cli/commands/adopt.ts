import type { Database } from '../../db/database.ts';
import { narrowToAction } from '../../operate/bulk.ts';
import type { MatchingResult } from '../../operate/change-matching.ts';
import {
  adoptInstallation,
  readAdopterInstead,
  readInstallationProblem,
} from '../../operate/installation.ts';
import { actLocally } from '../act/act-locally.ts';
import { localActor } from '../act/local-actor.ts';
import type { Call, Command, ExitCode } from '../command.ts';
import { CommandError, UsageError } from '../command-error.ts';
import { interruptSignal } from '../terminal/interrupt-signal.ts';

/** Locks are held for milliseconds, as in the bulk commands. */
const BATCH_SIZE = 250;

const REASON = 'quarantined: it was in the database of which this is a copy';

export const adopt: Command = {
  about: [
    'Workers take no job from a copy of the database whose workers ran its jobs before this was decided.',
    'Without an option it says whether that is so, and exits with 1 if it is. It is for the owner of Howdah’s schemas.',
  ],
  options: {
    run: { help: 'The jobs are this database’s: a restore of its own backup, pg_upgrade, a move' },
    quarantine: { help: 'They are another’s: cancels those that wait or ran; `retry` runs some again' },
  },
  examples: [
    ['adopt', 'whether there is something to decide'],
    ['adopt --run', 'workers take up the jobs, and give back what was running when the copy was made'],
    ['adopt --quarantine', 'a copy for tests begins without the jobs of production'],
    ['retry --error quarantined --task send_welcome_email', 'runs some of those after all'],
  ],
  async run(call) {
    const { options, output, connect } = call;
    if (options.isSet('run') && options.isSet('quarantine')) {
      throw new UsageError('expected --run or --quarantine, received both');
    }
    const { db } = await connect();
    const problem = await readInstallationProblem(db);
    const isDecided = options.isSet('run') || options.isSet('quarantine');
    if (problem !== null && isDecided) return decide(call, db);
    const answer = { adopted: false, problem };
    output.answer(answer, problem ?? 'This is the database whose workers run its jobs: nothing to adopt.');
    return problem === null ? 0 : 1;
  },
};

/** The jobs first: once the database is adopted, workers begin. Broken off in between, the same command goes on. */
async function decide({ options, output }: Call, db: Database): Promise<ExitCode> {
  const owner = await readAdopterInstead(db);
  if (owner !== null) {
    throw new CommandError(
      `only role "${owner}", which owns Howdah’s schemas, may adopt (nothing was changed)`,
    );
  }
  const cancelled = options.isSet('quarantine') ? (await quarantine(db)).changed : 0;
  const runners = await actLocally(db, adoptInstallation);
  const answer = { adopted: true, cancelled_jobs: cancelled, forgotten_workers: runners ?? 0 };
  const jobs = options.isSet('quarantine')
    ? `${cancelled} jobs were cancelled; what ran ends cancelled once a worker is there.`
    : 'Its jobs run as soon as a worker is there.';
  output.answer(
    answer,
    `This database is adopted; workers of the original that are forgotten: ${runners ?? 0}. ${jobs}`,
  );
  return 0;
}

async function quarantine(db: Database): Promise<MatchingResult> {
  const { changeMatching } = await import('../../operate/change-matching.ts');
  using interrupt = interruptSignal();
  const { signal } = interrupt;
  const result = await changeMatching(db, {
    ...{ action: 'cancel', batchSize: BATCH_SIZE, max: Number.POSITIVE_INFINITY },
    ...{ filter: narrowToAction('cancel', {}), reason: REASON, actor: localActor(), signal },
  });
  if (!result.isComplete) throw new CommandError('stopped: the same command goes on');
  const held = result.matched - result.changed;
  if (held > 0) {
    throw new CommandError(`${held} jobs are held by open transactions of others; the same command goes on`);
  }
  return result;
}
