import { ConfigError, type ConfigProblem } from './mistakes/config-error.ts';
import { Mistake } from './mistakes/mistake.ts';
import { received } from './mistakes/received.ts';

/** What an environment looks like: `process.env`, or a literal in a test. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Takes a trimmed value that is not empty. @throws {Mistake} when the value is not of its form */
type Parser<T> = (value: string) => T;

/** Reads settings one by one and collects every mistake instead of stopping at the first. */
export class EnvironmentReader {
  readonly #env: Environment;
  readonly #problems: ConfigProblem[] = [];
  readonly #known = new Set<string>();

  constructor(env: Environment) {
    this.#env = env;
  }

  /** Every variable that was asked for. */
  get known(): string[] {
    return [...this.#known];
  }

  /** The setting, or `fallback` read in the same way when it is absent or mistaken. */
  setting<T>(variable: string, parse: Parser<T>, fallback: string): T {
    const result = this.#parse(variable, parse);
    return result === undefined ? parse(fallback) : result.parsed;
  }

  /** The setting, or undefined when it is absent or mistaken. */
  optional<T>(variable: string, parse: Parser<T>): T | undefined {
    return this.#parse(variable, parse)?.parsed;
  }

  /** Whether the variable has a value; blank counts as absent. */
  has(variable: string): boolean {
    return this.#text(variable) !== '';
  }

  report(variable: string, message: string): void {
    this.#problems.push(Object.freeze({ variable, message }));
  }

  /** What follows from a variable that is mistaken itself goes without saying. */
  reportMore(problems: readonly ConfigProblem[]): void {
    const mistaken = new Set(this.#problems.map(({ variable }) => variable));
    for (const { variable, message } of problems) if (!mistaken.has(variable)) this.report(variable, message);
  }

  /** @throws {ConfigError} with every mistake met so far, when there is any */
  throwProblems(): void {
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
  }

  #parse<T>(variable: string, parse: Parser<T>): { parsed: T } | undefined {
    this.#known.add(variable);
    const text = this.#text(variable);
    if (text === '') return undefined;
    try {
      return { parsed: parse(text) };
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      for (const message of error.messages) this.report(variable, `${message}; ${received(variable, text)}`);
      return undefined;
    }
  }

  /** Trimmed, because files of variables written on Windows leave a carriage return at the end. */
  #text(variable: string): string {
    return this.#env[variable]?.trim() ?? '';
  }
}
