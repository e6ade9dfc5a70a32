import { isWithinEdits } from '../config/mistakes/edit-distance.ts';
import { textOf } from '../errors/read-text.ts';
import type { HowdahEvents } from './events.ts';

const KNOWN: Readonly<Record<keyof HowdahEvents, true>> = {
  'job.enqueued': true,
  'job.started': true,
  'job.completed': true,
  'job.unrecorded': true,
  'job.result_reduced': true,
  'job.failed': true,
  'job.abandoned': true,
  'job.abandoned_ended': true,
  'jobs.cancelled': true,
  'job.stray_error': true,
  'runner.started': true,
  'runner.stopped': true,
  'runner.rescued': true,
  'loop.blocked': true,
  'queue.ends': true,
  'gate.changed': true,
};
const NAMES = Object.keys(KNOWN);

/** @throws {TypeError} in the name of the call: a listener of what is no event would never hear anything */
export function checkEventName(call: string, name: unknown): void {
  if (typeof name === 'string' && Object.hasOwn(KNOWN, name)) return;
  const received = typeof name === 'string' ? JSON.stringify(name) : textOf(name);
  throw new TypeError(
    `${call}: expected one of ${NAMES.join(', ')}, received ${received}${typeof name === 'string' ? suggestion(name) : ''}`,
  );
}

/** @throws {TypeError} in the name of the call */
export function checkListener(call: string, name: unknown, listener: unknown): void {
  if (typeof listener === 'function') return;
  throw new TypeError(
    `${call}: ${textOf(name)}: expected a function as its listener, received ${textOf(listener)}`,
  );
}

function suggestion(name: string): string {
  const within = (edits: number) => NAMES.find((each) => isWithinEdits(edits, name, each));
  const meant = within(1) ?? within(2);
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}
