/** One mistake: the variable, and in words what was expected, how to write it and what came instead. */
export interface ConfigProblem {
  readonly variable: string;
  readonly message: string;
}

/**
 * Every mistake of a configuration at once. The message is the whole report, one line a mistake, fit to be shown as it
 * is: it holds no secret and no password.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(report(problems));
    this.problems = Object.freeze([...problems]);
  }
}

function report(problems: readonly ConfigProblem[]): string {
  const count = problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`;
  const lines = problems.map(({ variable, message }) => `  ${variable}: ${message}`);
  return [`The configuration has ${count}:`, ...lines].join('\n');
}
