import type { Database } from '../../db/database.ts';
import { narrowToAction } from '../../operate/bulk.ts';
import type { MatchingResult } from '../../operate/change-matching.ts';
import {
  adoptInstallation,
  readAdopterInstead,
  readInstallationProblem,
} from '../../operate/installation.ts';
import { pauseSources } from '../../operate/source-commands.ts';
import { actLocally } from '../act/act-locally.ts';
import { localActor } from '../act/local-actor.ts';
import type { Call, Command, ExitCode } from '../command.ts';
import { CommandError, UsageError } from '../command-error.ts';
import { interruptSignal } from '../terminal/interrupt-signal.ts';

/** Locks are held for milliseconds, as in the bulk commands. */
const BATCH_SIZE = 250;

const COPIED = 'in the database of which this is a copy';
const REASON = `quarantined: it was ${COPIED}`;

export const adopt: Command = {
  about: [
    'Workers take no job from a copy of the database whose workers ran its jobs before this was decided.',
    'Without an option it says whether that is so, and exits with 1 if it is. It is for the owner of Howdah’s schemas.',
  ],
  options: {
    run: { help: 'The jobs are this database’s: a restore of its own backup, pg_upgrade, a move' },
    quarantine: {
      help: 'They are another’s: cancels those that wait or ran, and pauses the sources; `retry` runs some again',
    },
  },
  examples: [
    ['adopt', 'whether there is something to decide'],
    ['adopt --run', 'workers take up the jobs, and give back what was running when the copy was made'],
    [
      'adopt --quarantine',
      'a copy for tests begins without the jobs of production, and reads none of its messages',
    ],
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

/**
 * The jobs first: once the database is adopted, workers begin. Sources are paused by the transaction that adopts it, so that no worker
 * reads the original's messages in between. Broken off before that, the same command goes on.
 */
async function decide({ options, output }: Call, db: Database): Promise<ExitCode> {
  const owner = await readAdopterInstead(db);
  if (owner !== null) {
    throw new CommandError(
      `only role "${owner}", which owns Howdah’s schemas, may adopt (nothing was changed)`,
    );
  }
  const isQuarantine = options.isSet('quarantine');
  const cancelled = isQuarantine ? (await quarantine(db)).changed : 0;
  const { sources, runners } = await actLocally(db, async (tx) => ({
    sources: isQuarantine ? await pauseSources(tx, `${localActor().name}: it is read ${COPIED}`) : 0,
    runners: (await adoptInstallation(tx)) ?? 0,
  }));
  const answer = {
    adopted: true,
    cancelled_jobs: cancelled,
    paused_sources: sources,
    forgotten_workers: runners,
  };
  const then = isQuarantine
    ? `${cancelled} jobs were cancelled; what ran ends cancelled once a worker is there. ${sources} sources were paused.`
    : 'Its jobs run as soon as a worker is there, and its sources are read.';
  output.answer(
    answer,
    `This database is adopted; workers of the original that are forgotten: ${runners}. ${then}`,
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
