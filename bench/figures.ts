/** Of some rounds: the one in the middle, the least and the greatest. */
export interface Spread {
  median: number;
  least: number;
  most: number;
}

/** By the name of what was measured. A figure that there is not is NaN. */
export type Measured = Readonly<Record<string, number>>;
export type Figures = Readonly<Record<string, Spread>>;

/** Of each figure, over all rounds. */
export function toFigures(rounds: readonly Measured[]): Figures {
  const keys = Object.keys(rounds[0] ?? {});
  return Object.fromEntries(
    keys.map((key) => [key, spread(rounds.map((round) => round[key] ?? Number.NaN))]),
  );
}

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return { median: at(Math.floor(sorted.length / 2)), least: at(0), most: at(sorted.length - 1) };
}
