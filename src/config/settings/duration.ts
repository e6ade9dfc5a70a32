import { Mistake } from '../mistakes/mistake.ts';

/** From the longest, as a printed duration takes the longest unit that fits. */
const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** Duration as it is written in the configuration, e.g. 90000 is `90s` and 0 is `0s`. */
export function formatDuration(durationMs: number): string {
  if (durationMs === 0) return '0s';
  const [unit, unitMs] = UNITS.find(([, ms]) => durationMs % ms === 0) ?? ['ms', 1];
  return `${durationMs / unitMs}${unit}`;
}

/**
 * A parser of durations such as `500ms`, `8s`, `15m`, `2h` or `7d`, from `minMs` to `maxMs`, into milliseconds. It
 * throws a {@link Mistake} for anything else.
 */
export function durationParser(maxMs: number, minMs = 0): (value: string) => number {
  return (value) => {
    const durationMs = toMilliseconds(value);
    if (durationMs > maxMs)
      throw new Mistake(`expected a duration of at most ${formatDuration(maxMs)}, e.g. 8s`);
    if (durationMs < minMs)
      throw new Mistake(`expected a duration of at least ${formatDuration(minMs)}, e.g. 8s`);
    return durationMs;
  };
}

function toMilliseconds(value: string): number {
  const [, digits, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(value) ?? [];
  const unitMs = UNITS.find(([name]) => name === unit)?.[1];
  if (unitMs === undefined)
    throw new Mistake(`expected a duration, e.g. 500ms, 8s, 15m, 2h or 7d${advice(value)}`);
  return Number(digits) * unitMs;
}

function advice(value: string): string {
  return /^\d+$/.test(value) ? `: add a unit, ${value}s for seconds or ${value}ms for milliseconds` : '';
}
