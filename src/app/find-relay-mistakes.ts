import {
  findOptionMistakes,
  type OptionCheck,
  type OptionKinds,
} from '../config/mistakes/option-mistakes.ts';
import type { GivenSource } from '../tasks/given-source.ts';
import { kindOf } from '../tasks/kind-of.ts';
import { findTargetMistake } from '../tasks/read-target.ts';

const sequence: OptionCheck = (value) => (value === 'key' ? undefined : "'key'");
const start: OptionCheck = (value) =>
  value === 'first' || value === 'next' ? undefined : "'first' or 'next'";

const SOURCE: OptionKinds<GivenSource> = { from: 'text', task: 'text', sequence, start, prefetch: 'any' };

/**
 * What is wrong with routes whatever tasks there are. What is absent, as from a variable of the environment that is not set, is none:
 * the file is loaded by processes too that only enqueue. A worker tells of that when it starts, and of names of tasks.
 */
export function findRouteMistakes(routes: unknown): string[] {
  if (routes === undefined) return [];
  if (typeof routes !== 'object' || routes === null || Array.isArray(routes))
    return [`routes: expected an object of targets by the names of tasks, received ${kindOf(routes)}`];
  return Object.entries(routes).flatMap(([task, target]) => {
    const mistake = findTargetMistake(target);
    return mistake === undefined ? [] : [`routes.${task}: ${mistake}`];
  });
}

/** The same of sources, of whose texts a worker tells as well. */
export function findSourceMistakes(sources: unknown): string[] {
  if (sources === undefined) return [];
  if (!Array.isArray(sources)) return [`sources: expected a list of sources, received ${kindOf(sources)}`];
  return sources.flatMap((source: unknown, index) => {
    const field = `sources[${index}]`;
    if (typeof source === 'string' || source === undefined) return [];
    if (typeof source !== 'object' || source === null || Array.isArray(source))
      return [`${field}: expected a text, or an object with from and task, received ${kindOf(source)}`];
    return findOptionMistakes(source as GivenSource, SOURCE).map((mistake) => `${field}.${mistake}`);
  });
}
