import type { BoundTask } from '../../tasks/bind.ts';
import { GateShut, type RunGate } from '../../tasks/run-gate.ts';
import { HELD_MS } from '../engine/fetching.ts';
import { type GateState, gateStates, gatesOf } from '../fleet/gate-states.ts';
import { VerdictError } from '../run/verdict.ts';
import { WaitLine } from './wait-line.ts';

type Gated = Pick<BoundTask<never>, 'gate'>;

const NONE: readonly string[] = [];

/**
 * The gates of a runner's tasks: which tasks are not to be fetched, when a run may begin, and what the register is told.
 *
 * While the register says that a gate is shut, no run behind it begins: who gives back the jobs of a lost runner charges none of
 * those (queue_release.sql), and a task that kills its process must not get by unseen. So a gate that opens is first told of in a
 * heartbeat, and runs begin when that is answered. The other way round nothing is waited for: a process that is killed between
 * the loss of its broker and the heartbeat that tells of it has its runs charged as any other.
 */
export class Gates {
  readonly #gates: ReadonlyMap<string, RunGate>;
  readonly #taskCount: number;
  readonly #line = new WaitLine();
  /** Those that are shut as far as the register may know. */
  #registered: ReadonlySet<RunGate> = new Set();
  /** Those that were shut in the latest heartbeat. */
  #said: ReadonlySet<RunGate> = new Set();

  /** @param tasks by name */
  constructor(tasks: ReadonlyMap<string, Gated>) {
    this.#taskCount = tasks.size;
    this.#gates = gatesOf(tasks);
  }

  /** Whether no run of any task could begin now. */
  get areAllShut(): boolean {
    return this.#gates.size > 0 && this.shutTasks.length === this.#taskCount;
  }

  /** Tasks whose runs could not begin now. */
  get shutTasks(): readonly string[] {
    if (this.#gates.size === 0) return NONE;
    return [...this.#gates].filter(([, gate]) => !this.#isOpen(gate)).map(([task]) => task);
  }

  /** What a heartbeat is to say; it counts as said from here on. */
  say(): readonly GateState[] {
    if (this.#gates.size === 0) return [];
    this.#said = new Set([...this.#gates.values()].filter(({ trouble }) => trouble));
    this.#registered = new Set([...this.#registered, ...this.#said]);
    return gateStates(this.#gates);
  }

  /** The latest heartbeat was answered: the register knows what it said, and nothing older. */
  answered(): void {
    this.#registered = this.#said;
    this.#line.admitAll();
  }

  /**
   * Resolves when a run may begin; undefined when it may at once, as nearly all may: what a wait takes costs more than a run.
   *
   * @param leaving fires when the runner begins no further run
   * @throws {VerdictError} that puts the job back for another worker, when it may not within a second or the runner leaves
   */
  pass(gate: RunGate, leaving: AbortSignal): Promise<void> | undefined {
    const isAtOnce = !leaving.aborted && !this.#registered.has(gate) && gate.enter();
    return isAtOnce ? undefined : this.#wait(gate, leaving);
  }

  async #wait(gate: RunGate, leaving: AbortSignal): Promise<void> {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(toGateShut(gate)), HELD_MS);
    try {
      await this.#turn(gate, AbortSignal.any([leaving, patience.signal]));
    } catch (reason) {
      throw new VerdictError({ kind: 'return', error: reason as Error });
    } finally {
      clearTimeout(timer);
    }
  }

  /** It may shut again, and that be told, in the moment between its word and the run. */
  async #turn(gate: RunGate, signal: AbortSignal): Promise<void> {
    for (;;) {
      while (this.#registered.has(gate)) await this.#line.turn(signal);
      await gate.turn(signal);
      if (!gate.trouble && !this.#registered.has(gate)) return;
      gate.left();
    }
  }

  #isOpen(gate: RunGate): boolean {
    return gate.isOpen && !this.#registered.has(gate);
  }
}

function toGateShut({ name, trouble }: RunGate): GateShut {
  return new GateShut(
    trouble ? `${name}: ${trouble.because}` : `${name} has not taken up its work again yet`,
  );
}
