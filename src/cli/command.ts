import type { AnyApp } from '../app/define-app.ts';
import type { DatabaseHandle } from '../db/connections/open-database.ts';
import type { OptionValues } from './arguments/option-values.ts';
import type { Output } from './terminal/output.ts';

/** An option that a command takes. */
export interface OptionDefinition {
  /** What its value is called in the help, such as `NAME`; none for a flag. */
  value?: string;
  help: string;
  /** May be given more than once. @default false */
  isRepeatable?: boolean;
  /** Values that completion offers. */
  choices?: readonly string[];
}

export type OptionDefinitions = Readonly<Record<string, OptionDefinition>>;

/** How a command went, for the shell: done; refused, failed or something found wrong; wrongly called. */
export type ExitCode = 0 | 1 | 2;

/** One command of `npx howdah`, as the help lists it. */
export interface ListedCommand {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  load(): Promise<Command>;
}

/** What it takes and does. */
export interface Command {
  /** Arguments as the help shows them, such as `ID…`. @default none */
  readonly usage?: string;
  /** What else there is to know: lines of at most 100 characters. */
  readonly about?: readonly string[];
  /** How many arguments it takes at least and at most. @default [0, 0] */
  readonly argumentCount?: readonly [least: number, most: number];
  /** Values that completion offers for the first argument. */
  readonly choices?: readonly string[];
  readonly options?: OptionDefinitions;
  /** Command lines without `npx howdah`, each with what it does. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  /** @throws {CommandError} with the exit code and a message for people */
  run(call: Call): Promise<ExitCode>;
}

export type NamedCommand = Command & Omit<ListedCommand, 'load'>;

/** What a command is given. */
export interface Call {
  readonly args: readonly string[];
  readonly options: OptionValues;
  readonly output: Output;
  /** The database, opened at the first call and closed after the command. @throws {CommandError} when it is out of reach */
  connect(): Promise<DatabaseHandle>;
  /**
   * The application of --config, HOWDAH_CONFIG, or howdah.config.* in the working directory; undefined where there is none.
   *
   * @throws {AppFileError} when a named file is not there, or holds none
   */
  findApp(): Promise<AnyApp | undefined>;
  /** The same, where a command is of no use without one. @throws {AppFileError} when there is none */
  requireApp(): Promise<AnyApp>;
}
