import type { Figures, Measured } from './figures.ts';
import type { Place } from './place.ts';
import type { Servers } from './servers.ts';

/** One question of the benchmark, and all there is about it: how it is answered, what is shown, what was hoped for. */
export interface Section {
  /** Names it on the command line, in JSON, in the page and as the file of its chart. */
  readonly name: string;
  /** As short as can be, for the command line. */
  readonly letter: string;
  readonly title: string;
  /** What was done, what is counted, from when to when: a paragraph of Markdown. */
  readonly question: string;
  /** How much of everything. */
  readonly sizes: Readonly<Record<string, Size>>;
  /** Whether `--quick` has it too. @default false */
  readonly isQuick?: boolean;
  /** Of `--quick`. @default 1 */
  readonly quickRounds?: number;
  /** Measures. */
  run(bench: Bench): Promise<Result>;
  /** Figures of a row, in order. */
  readonly columns: readonly Column[];
  readonly ratios: readonly Ratio[];
  readonly chart: Chart;
}

/** `full` as a rule, `quick` for `--quick`, in proportion for `--jobs`, but never fewer than `least`. */
export interface Size {
  readonly full: number;
  /** @default a tenth */
  readonly quick?: number;
  /** @default 1 */
  readonly least?: number;
}

export interface Column {
  readonly key: string;
  readonly title: string;
  /** After the point. @default 0 */
  readonly digits?: number;
}

export interface Row {
  /** Whose figures. */
  readonly contender: string;
  /** Under which circumstances, where there are several: "at 30 %". @default the section has but one */
  readonly when?: string;
  readonly figures: Figures;
}

/** What a run of a section found, as it is kept in JSON. */
export interface Result {
  readonly rows: readonly Row[];
  /** What a reader must know of this run: sizes and how each contender was set up, a sentence each. */
  readonly notes: readonly string[];
  /** A table of words below that of figures. @default none */
  readonly words?: readonly (readonly string[])[];
}

/** One figure by another, or any that something was hoped of. */
export interface Ratio {
  /** "drain, by bare graphile-worker". */
  readonly name: string;
  /** NaN where the rows do not have it. */
  of(rows: Rows): number;
  /** What it is meant to be. @default it is only told */
  readonly target?: Limit;
  /** What it must be for `--quick` to succeed: far off what it is. @default nothing */
  readonly limit?: Limit;
  /** @default 2 */
  readonly digits?: number;
  readonly unit?: string;
}

export interface Limit {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** Bars: of each row the figures, one after the other. */
export interface Chart {
  readonly title: string;
  readonly keys: readonly string[];
  /** @default all */
  readonly rows?: (row: Row) => boolean;
}

/** The rows of a section, to be asked. */
export interface Rows {
  /** Median of a figure; NaN when there is no such row or figure. */
  median(contender: string, key: string, when?: string): number;
}

/** What a section measures with. */
export interface Bench {
  readonly servers: Servers;
  readonly rounds: number;
  readonly isQuick: boolean;
  /** Of the section's sizes. */
  size(name: string): number;
  /** Fresh places of those contenders that take part, each with those queues. */
  places(names: readonly string[], queues?: readonly string[]): Promise<Place[]>;
  /** All subjects in each round, one after the other: what else goes on falls on all. */
  inTurns<Subject>(
    subjects: readonly Subject[],
    nameOf: (subject: Subject) => string,
    measure: (subject: Subject) => Promise<Measured>,
    rounds?: number,
  ): Promise<Map<Subject, Figures>>;
  /** A line for who is watching. */
  tell(line: string): void;
}
