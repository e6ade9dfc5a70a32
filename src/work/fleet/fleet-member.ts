import type { Worker } from 'node:worker_threads';
import type { EventHub } from '../../observability/event-hub.ts';
import type { Logger } from '../../observability/logger.ts';
import { type PackedError, unpackError } from '../process/packed-error.ts';
import { spawnThread } from '../process/spawn-thread.ts';
import { TICK_MS } from './loop-watch.ts';
import type { FromThread, MemberCalls, MemberThreadData, RunnerState, ToThread } from './member-messages.ts';
import { OperatorNews } from './operator-news.ts';
import type { BeatAnswer, OwnJobs, RegisteredRunner, ReleasedJobs, RunnerEnd } from './registry.ts';
import type { RunsBoard } from './runs-board.ts';

export interface FleetMemberOptions extends Pick<MemberThreadData, 'connectionString' | 'kind'> {
  events: EventHub;
  log: Logger;
  /** The runners of this process, as they are now. */
  states: () => RunnerState[];
  /** The database's answer to a beat of these runners. */
  onAnswer: (tokens: readonly string[], answers: readonly BeatAnswer[]) => void;
  /** No answer for 8 s: whatever runs here is about to be given to others. */
  onCutOff: () => void;
}

/**
 * This process in the fleet: its runners in the register, the session that shows its life, their heartbeats, and the rescue of others.
 * All of that lives in a thread with connections of its own, since handlers may block this event loop: a process whose
 * loop is blocked is as alive as before, and says so. The thread also notices and tells of the block.
 *
 * A fault of the thread is one of the process: an uncaught exception.
 */
export class FleetMember {
  readonly #options: FleetMemberOptions;
  readonly #thread: Worker;
  readonly #calls = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #turning: NodeJS.Timeout;
  /** For sessions of this process that listen: as long as one hears operators, the thread has none that does. */
  readonly operators: OperatorNews;
  #callCount = 0;
  #roundTripMs: number | undefined;
  #isStopping = false;

  constructor(options: FleetMemberOptions) {
    const { connectionString, kind, log } = options;
    const ticks = new Int32Array(new SharedArrayBuffer(4));
    this.#options = options;
    const data: MemberThreadData = { connectionString, kind, ticks, logLevel: log.level };
    this.#thread = spawnThread('./member-thread', import.meta.url, data);
    this.#thread.on('message', (message: FromThread) => this.#heed(message));
    this.#thread.on('exit', () => this.#onExit());
    this.operators = new OperatorNews({
      onNews: () => this.beatNow(),
      onHearing: (isHearing) => this.#post({ kind: 'hearing', isHearing }),
    });
    this.#turning = setInterval(() => Atomics.add(ticks, 0, 1), TICK_MS).unref();
  }

  /** The session that shows this process to be alive is there. */
  open(): Promise<void> {
    return this.#call('open');
  }

  /** Shows a runner, and the runs on its board, to be alive; before it is registered. */
  hold(token: string, board: RunsBoard): Promise<void> {
    return this.#call('hold', token, board.shared);
  }

  drop(token: string): Promise<void> {
    return this.#call('drop', token);
  }

  /** Beats from now on. */
  start(): Promise<void> {
    return this.#call('start');
  }

  /** A beat that says how things are from here on, rather than at the next second. Nothing before start(). */
  beatNow(): void {
    this.#post({ kind: 'beat' });
  }

  /** What the way to the database and back takes, without this event loop; undefined as long as it is not known. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  /** Resolves once no connection is left. Call it last. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    try {
      await this.#call('stop');
    } finally {
      clearInterval(this.#turning);
    }
  }

  /** @returns how many runs it may have at once; null for its own concurrency */
  register(identity: RegisteredRunner): Promise<number | null> {
    return this.#call('register', identity);
  }

  configureFleet(queue: string, fleetConcurrency: number | null): Promise<void> {
    return this.#call('configureFleet', queue, fleetConcurrency);
  }

  namePool(token: string, poolId: string): Promise<void> {
    return this.#call('namePool', token, poolId);
  }

  end(token: string, end: RunnerEnd, own?: OwnJobs): Promise<ReleasedJobs> {
    return this.#call('end', token, end, own);
  }

  releaseLeftovers(token: string, keep: readonly string[]): Promise<number> {
    return this.#call('releaseLeftovers', token, keep);
  }

  recordStart(jobId: string, token: string): Promise<void> {
    return this.#call('recordStart', jobId, token);
  }

  clearStart(jobId: string, token: string): Promise<void> {
    return this.#call('clearStart', jobId, token);
  }

  #call<Name extends keyof MemberCalls>(
    name: Name,
    ...args: Parameters<MemberCalls[Name]>
  ): ReturnType<MemberCalls[Name]> {
    const id = ++this.#callCount;
    const call = Promise.withResolvers<unknown>();
    this.#calls.set(id, call);
    this.#post({ kind: 'call', id, name, args });
    return call.promise as ReturnType<MemberCalls[Name]>;
  }

  #post(message: ToThread): void {
    this.#thread.postMessage(message);
  }

  #heed(message: FromThread): void {
    const { events, states, onAnswer, onCutOff } = this.#options;
    if (message.kind === 'returned') this.#settle(message.id, (call) => call.resolve(message.value));
    else if (message.kind === 'failed')
      this.#settle(message.id, (call) => call.reject(unpackError(message.error)));
    else if (message.kind === 'ask') this.#post({ kind: 'state', ask: message.ask, runners: states() });
    else if (message.kind === 'answers') {
      this.#roundTripMs = message.roundTripMs;
      onAnswer(message.tokens, message.answers);
    } else if (message.kind === 'cut_off') onCutOff();
    else if (message.kind === 'rescued') events.emit('runner.rescued', message.rescue);
    else if (message.kind === 'blocked') events.emit('loop.blocked', message.block);
    else this.#warn(message);
  }

  #settle(id: number, settle: (call: PromiseWithResolvers<unknown>) => void): void {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (call) settle(call);
  }

  #warn({ fields, error, message }: { fields: object; error?: PackedError; message: string }): void {
    this.#options.log.warn({ ...fields, ...(error ? { err: unpackError(error) } : {}) }, message);
  }

  /** Without its thread this process is out of the fleet, and its jobs are others' within seconds. */
  #onExit(): void {
    this.#giveUpCalls();
    if (!this.#isStopping) throw new Error('the thread of this process in the fleet has ended');
  }

  #giveUpCalls(): void {
    for (const call of this.#calls.values())
      call.reject(new Error('the thread of this process in the fleet has ended'));
    this.#calls.clear();
  }
}
