import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { openDatabase } from '../../db/connections/open-database.ts';
import { findHolders } from '../../db/locks/lock-holders.ts';
import { packError } from '../process/packed-error.ts';
import { BlockReporter } from './block-reporter.ts';
import { CONTROL_LIMITS } from './control-limits.ts';
import { Heart } from './heart.ts';
import { LifeSession } from './life-session.ts';
import { LoopWatch } from './loop-watch.ts';
import type { FromThread, MemberCalls, MemberThreadData, ToThread } from './member-messages.ts';
import { Registry } from './registry.ts';
import { RunnerStates } from './runner-states.ts';
import { monotonicMs, readBoard, type SharedBoard } from './runs-board.ts';
import type { Warn } from './warn.ts';

if (parentPort) serve(parentPort, workerData as MemberThreadData);

/** What speaks for a process in the fleet, in a thread of its own: see FleetMember. */
function serve(port: MessagePort, data: MemberThreadData): void {
  const post = (message: FromThread) => port.postMessage(message);
  const states = new RunnerStates((ask) => post({ kind: 'ask', ask }));
  const { calls, beatNow, hear } = createMember(data, states, post);
  port.on('message', (message: ToThread) => {
    if (message.kind === 'state') states.tell(message.ask, message.runners);
    else if (message.kind === 'beat') beatNow();
    else if (message.kind === 'hearing') hear(!message.isHearing);
    else void answer(message, calls, post).then(() => message.name === 'stop' && port.close());
  });
}

async function answer(
  { id, name, args }: Extract<ToThread, { kind: 'call' }>,
  calls: MemberCalls,
  post: (message: FromThread) => void,
): Promise<void> {
  try {
    const call = calls[name] as (...args: unknown[]) => Promise<unknown>;
    post({ kind: 'returned', id, value: await call(...args) });
  } catch (thrown) {
    post({ kind: 'failed', id, error: packError(thrown) });
  }
}

function createMember(data: MemberThreadData, states: RunnerStates, post: (message: FromThread) => void) {
  const { connectionString, kind } = data;
  const warn = createWarn(post);
  const control = openDatabase({
    connectionString,
    applicationName: 'howdah control',
    maxConnections: 3,
    limits: CONTROL_LIMITS,
    onConnectionError: (err) => warn({ err }, 'control connection lost'),
  });
  const registry = new Registry(control.db, kind);
  const boards = new Map<string, SharedBoard>();
  const life = new LifeSession({
    ...{ connectionString, warn },
    onControl: () => heart.beatNow(),
    onLost: () => heart.disturb(),
  });
  const watch = createWatch(data, { boards, post, onFree: () => heart.beatNow() });
  const beats = async () => {
    const [current, held] = await Promise.all([states.current(), life.verify()]);
    return current.map(({ token, ...state }) => ({
      ...state,
      token,
      running: readBoard(boards.get(token)).map(({ jobId }) => jobId),
      isLifeShown: held.has(token),
      blockedMs: watch.blockedMs ?? null,
    }));
  };
  const heart = new Heart({
    registry,
    warn,
    beats,
    onAnswer(beaten, answers) {
      const tokens = beaten.map(({ token }) => token);
      if (beaten.every(({ isLifeShown }) => !isLifeShown)) life.replaceSilent();
      const { roundTripMs } = life;
      if (states.handOver(answers)) post({ kind: 'answers', tokens, answers, roundTripMs });
    },
    onCutOff: () => post({ kind: 'cut_off' }),
    holders: () => findHolders(connectionString, control.pids()),
    onRescued: (rescue) => post({ kind: 'rescued', rescue }),
  });
  const stop = async () => {
    watch.stop();
    await heart.stop();
    await life.close();
    await control.close();
  };
  return {
    calls: createCalls(registry, { boards, life, heart, watch, stop }),
    beatNow: () => heart.beatNow(),
    hear: (isWanted: boolean) => life.hear(isWanted),
  };
}

interface Parts {
  boards: Map<string, SharedBoard>;
  life: LifeSession;
  heart: Heart;
  watch: LoopWatch;
  stop: () => Promise<void>;
}

function createCalls(registry: Registry, { boards, life, heart, watch, stop }: Parts): MemberCalls {
  return {
    register: (identity) => registry.register(identity),
    configureFleet: (queue, limit) => registry.configureFleet(queue, limit),
    namePool: (token, poolId) => registry.namePool(token, poolId),
    end: (token, end, own) => registry.end(token, end, own),
    releaseLeftovers: (token, keep) => registry.releaseLeftovers(token, keep),
    recordStart: (jobId, token) => registry.recordStart(jobId, token),
    clearStart: (jobId, token) => registry.clearStart(jobId, token),
    open: () => life.open(),
    hold(token, board) {
      boards.set(token, board);
      return life.show(token);
    },
    drop(token) {
      boards.delete(token);
      return life.hide(token);
    },
    async start() {
      heart.start();
      watch.start();
    },
    stop,
  };
}

function createWatch(
  { ticks, logLevel }: MemberThreadData,
  {
    boards,
    post,
    onFree,
  }: { boards: Map<string, SharedBoard>; post: (message: FromThread) => void; onFree: () => void },
): LoopWatch {
  const reporter = new BlockReporter({
    runs: () => [...boards.values()].flatMap(readBoard),
    logLevel,
    onOver: (block) => post({ kind: 'blocked', block }),
  });
  return new LoopWatch({
    ticks,
    now: monotonicMs,
    onBlocked: (sinceMs) => reporter.onBlocked(sinceMs),
    onFree(sinceMs, untilMs) {
      reporter.onFree(sinceMs, untilMs);
      onFree();
    },
  });
}

/** The process's log is written by the process. */
function createWarn(post: (message: FromThread) => void): Warn {
  return ({ err, ...fields }, message) =>
    post({ kind: 'warning', fields, message, ...(err === undefined ? {} : { error: packError(err) }) });
}
