/** A start that cannot succeed until somebody changes something; shown as its message alone, without a stack. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}
