import type { Drained } from './drain.ts';

/** Of some rounds: the one in the middle, the least and the greatest. */
export interface Spread {
  median: number;
  least: number;
  most: number;
}

export type Figures = Readonly<Record<keyof Drained, Spread>>;

export function toFigures(rounds: readonly Drained[]): Figures {
  const of = (key: keyof Drained) => spread(rounds.map((each) => each[key]));
  return {
    jobsPerSecond: of('jobsPerSecond'),
    nodeMs: of('nodeMs'),
    serverMs: of('serverMs'),
    startMs: of('startMs'),
    peakMb: of('peakMb'),
  };
}

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return { median: at(Math.floor(sorted.length / 2)), least: at(0), most: at(sorted.length - 1) };
}
