/** Closes what is put on it when it goes out of scope, the last first. Node 24 has its own; Node 22 has none. */
export function asyncStack(): AsyncDisposableStack {
  return typeof globalThis.AsyncDisposableStack === 'function'
    ? new globalThis.AsyncDisposableStack()
    : new AsyncStack();
}

/** The same for what closes at once. */
export function syncStack(): DisposableStack {
  return typeof globalThis.DisposableStack === 'function'
    ? new globalThis.DisposableStack()
    : new SyncStack();
}

/** What both have: resources, and how each is closed. */
abstract class Stack<Close extends () => unknown> {
  #closers: Close[] = [];
  #isDisposed = false;

  get disposed(): boolean {
    return this.#isDisposed;
  }

  defer(close: Close): void {
    if (this.#isDisposed) throw new ReferenceError('this stack was disposed already');
    this.#closers.push(close);
  }

  adopt<T>(value: T, close: (value: T) => ReturnType<Close>): T {
    this.defer((() => close(value)) as Close);
    return value;
  }

  /** The last first. Nothing when it was disposed before. */
  protected take(): Close[] {
    this.#isDisposed = true;
    return this.#closers.splice(0).reverse();
  }

  protected moveTo<Other extends Stack<Close>>(other: Other): Other {
    if (this.#isDisposed) throw new ReferenceError('this stack was disposed already');
    other.#closers = this.take().reverse();
    return other;
  }
}

/** Exported, as the other, for its test alone: Node 24 does not come here. */
export class AsyncStack extends Stack<() => PromiseLike<void> | void> implements AsyncDisposableStack {
  readonly [Symbol.toStringTag] = 'AsyncDisposableStack';

  use<T extends AsyncDisposable | Disposable | null | undefined>(value: T): T {
    if (value == null) return value;
    const close = (value as AsyncDisposable)[Symbol.asyncDispose] ?? (value as Disposable)[Symbol.dispose];
    if (typeof close !== 'function') throw new TypeError('expected a disposable value');
    return this.adopt(value, () => close.call(value));
  }

  move(): AsyncStack {
    return this.moveTo(new AsyncStack());
  }

  async disposeAsync(): Promise<void> {
    const errors: unknown[] = [];
    for (const close of this.take()) {
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
}

export class SyncStack extends Stack<() => void> implements DisposableStack {
  readonly [Symbol.toStringTag] = 'DisposableStack';

  use<T extends Disposable | null | undefined>(value: T): T {
    if (value == null) return value;
    const close = value[Symbol.dispose];
    if (typeof close !== 'function') throw new TypeError('expected a disposable value');
    return this.adopt(value, () => close.call(value));
  }

  move(): SyncStack {
    return this.moveTo(new SyncStack());
  }

  dispose(): void {
    const errors: unknown[] = [];
    for (const close of this.take()) {
      try {
        close();
      } catch (error) {
        errors.push(error);
      }
    }
    throwAll(errors);
  }

  [Symbol.dispose](): void {
    this.dispose();
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
