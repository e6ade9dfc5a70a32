import type { BoundTask } from '../../tasks/bind.ts';
import type { RunGate } from '../../tasks/run-gate.ts';

/** A gate as others are told of it; those of one name that are alike are one. */
export interface GateState {
  /** What runs need, as people call it. */
  readonly name: string;
  /** Why it is shut; null while it is open. */
  readonly because: string | null;
  /** For how many milliseconds it has been shut; null likewise. */
  readonly shutMs: number | null;
  /** The tasks behind it, where it is shut: their jobs wait. */
  readonly tasks: readonly string[];
  /** Those of them of which a run begins, to find out whether that is over; of the others none does. */
  readonly trying: readonly string[];
}

/** Those of the tasks that have one. */
export function gatesOf(tasks: ReadonlyMap<string, Pick<BoundTask<never>, 'gate'>>): Map<string, RunGate> {
  return new Map([...tasks].flatMap(([name, { gate }]) => (gate ? [[name, gate] as const] : [])));
}

/** @param gates by task */
export function gateStates(gates: ReadonlyMap<string, RunGate>): GateState[] {
  const states = new Map<string, GateState & { tasks: string[]; trying: string[] }>();
  for (const [task, { name, trouble, doubt }] of gates) {
    const { because, since } = trouble ?? doubt ?? { because: null, since: null };
    const key = JSON.stringify([name, because]);
    const shutMs = since && Math.max(0, Date.now() - since.getTime());
    const state = states.get(key) ?? { name, because, shutMs, tasks: [], trying: [] };
    if (trouble ?? doubt) state.tasks.push(task);
    if (doubt) state.trying.push(task);
    states.set(key, { ...state, shutMs: longer(state.shutMs, shutMs) });
  }
  return [...states.values()];
}

function longer(one: number | null, other: number | null): number | null {
  return one === null ? other : Math.max(one, other ?? 0);
}
