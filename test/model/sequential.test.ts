import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { arbitraryMove, type Weights } from './arbitrary-moves.ts';
import { assertModelled } from './compare.ts';
import { assertHeld, assertKept, assertSound, assertTerminal, assertUnchanged } from './invariants.ts';
import { type Move, make, makesSense } from './moves.ts';
import { QueueModel } from './queue-model.ts';
import { replayed, reportFailure } from './replay.ts';
import { takeSnapshot } from './snapshot.ts';
import { Stage } from './stage.ts';
import { World } from './world.ts';

/** Sequences drawn in a run of the test, and the time after which no further one is begun, nor a shorter one sought. */
const MAX_SEQUENCES = 40;
const MAX_MS = 18_000;
const MAX_SHRINK_MS = 20_000;
const MAX_MOVES = 300;

const WEIGHTS: Weights = {
  enqueue: 24,
  succeed: 3,
  fetch: 20,
  end: 18,
  endStale: 4,
  speakAsGhost: 3,
  recordStart: 1,
  beat: 3,
  retire: 3,
  release: 5,
  releaseLeftovers: 1,
  unlockByHand: 1,
  cancel: 4,
  cancelAll: 1,
  discard: 1,
  retry: 4,
  runNow: 2,
  reschedule: 2,
  pause: 1,
  resume: 2,
  timePasses: 3,
  uniqueTimeIsUp: 1,
};

let stage: Stage;

before(async () => {
  stage = await Stage.open();
});

after(() => stage.close());

/** A move, made in the model and on the database; then the two are compared. */
class ComparedMove implements fc.AsyncCommand<QueueModel, World> {
  readonly move: Move;

  constructor(move: Move) {
    this.move = move;
  }

  check(model: Readonly<QueueModel>): boolean {
    return makesSense(this.move, model);
  }

  async run(model: QueueModel, world: World): Promise<void> {
    world.isNoEffect = false;
    world.revived = undefined;
    const { last } = model;
    await make(this.move, model, world);
    const now = await takeSnapshot(stage.operator);
    const kept = [...model.jobs.values()].filter(({ state }) => state !== 'gone');
    assertSound(now, model.expired);
    assertKept(
      now,
      kept.map(({ id }) => id),
    );
    if (last) {
      assertTerminal(last, now, world.revived);
      assertHeld(last, now);
      if (world.isNoEffect) assertUnchanged(last, now);
    }
    assertModelled(model, now);
  }

  toString(): string {
    return JSON.stringify(this.move);
  }
}

let playUntil: number;
let failedAt: number | undefined;

async function play(moves: Iterable<fc.AsyncCommand<QueueModel, World>>): Promise<void> {
  if (Date.now() > playUntil) return;
  const world = await World.create(stage);
  const model = new QueueModel();
  assertModelled(model, await takeSnapshot(stage.operator));
  await fc
    .asyncModelRun(() => ({ model, real: world }), moves)
    .catch((error: unknown) => {
      failedAt ??= Date.now();
      playUntil = failedAt + MAX_SHRINK_MS;
      throw error;
    });
}

test('whatever is done to jobs one after the other, the database is as the model of the queue says', async () => {
  const { replayPath, ...replay } = replayed();
  playUntil = Date.now() + MAX_MS;
  const moves = fc.commands([arbitraryMove(WEIGHTS).map((move) => new ComparedMove(move))], {
    maxCommands: MAX_MOVES,
    size: 'max',
    ...(replayPath === undefined ? {} : { replayPath }),
  });
  await fc.assert(fc.asyncProperty(moves, play), {
    numRuns: MAX_SEQUENCES,
    asyncReporter: async (details) => reportFailure(details),
    ...replay,
  });
});
