import { Mistake } from '../../config/mistakes/mistake.ts';
import { durationParser } from '../../config/settings/duration.ts';
import { findShapeMistake } from '../../db/json-shape.ts';
import { INSTANT_FORM, readInstant } from '../../wire/read-instant.ts';
import { UsageError } from '../command-error.ts';

const HUNDRED_YEARS_MS = 100 * 365 * 86_400_000;
const MAX_ECHO_LENGTH = 200;
const DURATION = /^\d+(ms|s|m|h|d)$/;

/** The options of one call. Whatever is read from them in a wrong form is a UsageError that names the option. */
export class OptionValues {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  /** @param values of the options that were given; a flag has none */
  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  isSet(name: string): boolean {
    return this.#values.has(name);
  }

  /** The last one that was given. */
  text(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  /** All that were given; empty for none. */
  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** All that were given, each of which may hold several between commas. */
  words(name: string): string[] | undefined {
    return this.#values.get(name)?.flatMap((value) => value.split(',').map((word) => word.trim()));
  }

  wholeNumber(name: string, { least, most }: { least: number; most: number }): number | undefined {
    return this.#read(name, (text) => {
      const number = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      if (number >= least && number <= most) return number;
      throw new Mistake(`expected a whole number ${least} to ${most}`);
    });
  }

  durationMs(name: string): number | undefined {
    return this.#read(name, durationParser(HUNDRED_YEARS_MS));
  }

  /** An instant; in UTC where it has no offset. */
  instant(name: string): Date | undefined {
    return this.#read(name, (text) => readInstant(text) ?? fail(`expected ${INSTANT_FORM}`));
  }

  /** An instant, or how long ago it was. */
  pastInstant(name: string): Date | undefined {
    return this.#read(name, (text) => {
      if (DURATION.test(text)) return new Date(Date.now() - durationParser(HUNDRED_YEARS_MS)(text));
      return readInstant(text) ?? fail(`expected how long ago, e.g. 2h, or ${INSTANT_FORM}`);
    });
  }

  json(name: string): unknown {
    return this.#read(name, (text) => {
      const value = parseJson(text);
      const mistake = findShapeMistake(value, 'JSON');
      return mistake ? fail(mistake.message) : value;
    });
  }

  #read<T>(name: string, parse: (text: string) => T): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      const received = JSON.stringify(
        text.length <= MAX_ECHO_LENGTH ? text : `${text.slice(0, MAX_ECHO_LENGTH)}…`,
      );
      throw new UsageError(`--${name}: ${error.messages.join('; ')}; received ${received}`);
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return fail('expected JSON');
  }
}

function fail(expected: string): never {
  throw new Mistake(expected);
}
