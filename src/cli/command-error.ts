export interface CommandErrorOptions extends ErrorOptions {
  /** What a program can tell it by. @default 'refused', or 'usage' */
  code?: string;
}

/** What ends a command with exit code 1 and one message, without a stack. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
  readonly exitCode: 1 | 2 = 1;
  readonly code: string;

  constructor(message: string, { code = 'refused', ...options }: CommandErrorOptions = {}) {
    super(message, options);
    this.code = code;
  }
}

/** The command line itself is wrong: exit code 2. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError';
  override readonly exitCode = 2;

  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...options, code: 'usage' });
  }
}
