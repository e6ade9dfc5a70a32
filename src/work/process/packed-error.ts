/** An error as it crosses from one thread to another: structured cloning keeps neither its name nor its other fields. */
export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Of Postgres and Node: SQLSTATE, `ECONNREFUSED`. */
  readonly code: unknown;
  readonly cause: PackedError | undefined;
}

const MAX_CAUSES = 5;

/** What was thrown, whatever it is, by value. Never throws. */
export function packError(thrown: unknown, depth = 0): PackedError {
  if (!(thrown instanceof Error)) return pack('Error', `what was thrown is not an Error: ${show(thrown)}`);
  const { name, message, stack, cause } = thrown;
  const packed = pack(String(name), String(message));
  return {
    ...packed,
    stack: stack === undefined ? undefined : String(stack),
    code: 'code' in thrown && typeof thrown.code !== 'object' ? String(thrown.code) : undefined,
    cause: cause instanceof Error && depth < MAX_CAUSES ? packError(cause, depth + 1) : undefined,
  };
}

/** The error that was packed; an instance of Error alone, whatever class it was of. */
export function unpackError({ name, message, stack, code, cause }: PackedError): Error {
  const error = new Error(message, cause ? { cause: unpackError(cause) } : {});
  Object.defineProperty(error, 'name', { value: name, configurable: true });
  if (stack !== undefined) error.stack = stack;
  return code === undefined ? error : Object.assign(error, { code });
}

function pack(name: string, message: string): PackedError {
  return { name, message, stack: undefined, code: undefined, cause: undefined };
}

function show(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return `a ${typeof thrown}`;
  }
}
