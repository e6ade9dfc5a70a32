import type { EventHub } from '../../observability/event-hub.ts';
import type { GateEvent } from '../../observability/events.ts';
import type { RunGate } from '../../tasks/run-gate.ts';
import { gateStates } from './gate-states.ts';

/**
 * Tells of what the runs of these tasks need, once now and then at each change, whatever number of tasks have a gate of that name.
 *
 * @param gates by task
 * @param onChange called at once whenever a gate opens or shuts
 */
export function watchGates(
  gates: ReadonlyMap<string, RunGate>,
  { events, onChange }: { events: EventHub; onChange: () => void },
): void {
  const told = new Map<string, string>();
  let isDue = false;
  const tell = () => {
    isDue = false;
    for (const event of toEvents(gates)) {
      const text = JSON.stringify([event.because, event.tasks]);
      if (told.get(event.name) === text) continue;
      told.set(event.name, text);
      events.emit('gate.changed', event);
    }
  };
  for (const gate of new Set(gates.values())) {
    gate.onChange(() => {
      onChange();
      if (!isDue) queueMicrotask(tell); // all gates of a broker change together
      isDue = true;
    });
  }
  tell();
}

/** One for each name. A gate may be shut for several reasons, of which the first is told. */
function toEvents(gates: ReadonlyMap<string, RunGate>): GateEvent[] {
  const events = new Map<string, GateEvent>();
  for (const { name, because, tasks } of gateStates(gates)) {
    const { because: earlier, tasks: others = [] } = events.get(name) ?? {};
    events.set(name, { name, because: earlier ?? because ?? undefined, tasks: [...others, ...tasks] });
  }
  return [...events.values()];
}
