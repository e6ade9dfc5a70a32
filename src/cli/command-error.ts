/** What ends a command with exit code 1 and one message, without a stack. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
  readonly exitCode: 1 | 2 = 1;
}

/** The command line itself is wrong: exit code 2. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError';
  override readonly exitCode = 2;
}
