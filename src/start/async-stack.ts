/** Closes what is put on it when it goes out of scope, the last first. Node 24 has its own; Node 22 has none. */
export function asyncStack(): AsyncDisposableStack {
  return typeof globalThis.AsyncDisposableStack === 'function'
    ? new globalThis.AsyncDisposableStack()
    : new AsyncStack();
}

type Close = () => PromiseLike<void> | void;

/** Exported for its test alone: Node 24 does not come here. */
export class AsyncStack implements AsyncDisposableStack {
  readonly [Symbol.toStringTag] = 'AsyncDisposableStack';
  #closers: Close[] = [];
  #isDisposed = false;

  get disposed(): boolean {
    return this.#isDisposed;
  }

  use<T extends AsyncDisposable | Disposable | null | undefined>(value: T): T {
    if (value == null) return value;
    const close = (value as AsyncDisposable)[Symbol.asyncDispose] ?? (value as Disposable)[Symbol.dispose];
    if (typeof close !== 'function') throw new TypeError('expected a disposable value');
    return this.adopt(value, () => close.call(value));
  }

  adopt<T>(value: T, close: (value: T) => PromiseLike<void> | void): T {
    this.defer(() => close(value));
    return value;
  }

  defer(close: Close): void {
    this.#assertOpen();
    this.#closers.push(close);
  }

  move(): AsyncStack {
    this.#assertOpen();
    const other = new AsyncStack();
    other.#closers = this.#take();
    return other;
  }

  async disposeAsync(): Promise<void> {
    const errors: unknown[] = [];
    for (const close of this.#take().reverse()) {
      try {
        await close();
      } catch (error) {
        errors.push(error);
      }
    }
    throwAll(errors);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disposeAsync();
  }

  /** Nothing when it was disposed before. */
  #take(): Close[] {
    this.#isDisposed = true;
    return this.#closers.splice(0);
  }

  #assertOpen(): void {
    if (this.#isDisposed) throw new ReferenceError('this stack was disposed already');
  }
}

/** A later error does not hide an earlier one, as in SuppressedError, which Node 22 has not either. */
function throwAll(errors: readonly unknown[]): void {
  if (errors.length === 0) return;
  throw errors.reduce((suppressed, error) =>
    Object.assign(new Error('an error was suppressed during disposal'), {
      name: 'SuppressedError',
      error,
      suppressed,
    }),
  );
}
