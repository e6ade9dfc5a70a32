import { styleText } from 'node:util';

const LIMIT_MS = 20_000;

type Style = Parameters<typeof styleText>[0];

/** Tells the walk on standard output, in colours where that is a terminal. */
export class Narrator {
  readonly #interrupted: AbortSignal;
  #stepCount = 0;

  /** @param interrupted ends the step under way, with its reason */
  constructor(interrupted: AbortSignal) {
    this.#interrupted = interrupted;
  }

  title(text: string): void {
    console.log(`\n${paint('bold', text)}`);
  }

  /**
   * What `work` returns, told under a numbered heading. Its signal fires when the step took longer than `limitMs`
   * (20 s unless given) or was interrupted.
   *
   * @throws {StepError} naming the step when it failed, took too long or was interrupted
   */
  async step<T>(heading: string, work: (signal: AbortSignal) => Promise<T>, limitMs = LIMIT_MS): Promise<T> {
    this.#stepCount += 1;
    const number = this.#stepCount;
    console.log(`\n${paint('cyan', `${number}`.padStart(2))}  ${paint('bold', heading)}`);
    try {
      return await within(limitMs, this.#interrupted, work);
    } catch (error) {
      console.log(`    ${paint('red', '✗')} ${error instanceof Error ? error.message : String(error)}`);
      throw new StepError(`Step ${number} did not happen: ${heading}`, { cause: error });
    }
  }

  sends(text: string): void {
    console.log(`    ${paint('dim', '→')} ${text}`);
  }

  receives(text: string): void {
    console.log(`    ${paint('dim', '←')} ${text}`);
  }

  /** States a fact; when it is none, the step ends here. @throws {Error} saying what was expected */
  fact(isSo: boolean, text: string): void {
    if (!isSo) throw new Error(`expected: ${text}`);
    console.log(`    ${paint('green', '✓')} ${text}`);
  }

  note(text: string): void {
    console.log(`      ${paint('dim', text)}`);
  }

  end(isGood: boolean, text: string): void {
    console.log(`\n${paint(['bold', isGood ? 'green' : 'red'], text)}\n`);
  }
}

/** A step of the walk that did not happen; its message names it. */
export class StepError extends Error {
  override readonly name = 'StepError';
}

async function within<T>(
  limitMs: number,
  interrupted: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Error(`not within ${limitMs / 1000} s`)), limitMs);
  const signal = AbortSignal.any([limit.signal, interrupted]);
  try {
    signal.throwIfAborted();
    return await Promise.race([work(signal), rejectOnAbort(signal)]);
  } finally {
    clearTimeout(timer);
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** styleText itself minds NO_COLOR, FORCE_COLOR and what standard output is. */
function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}
