import type { Stream } from './output.ts';

const BAR_WIDTH = 30;
const CLEAR_LINE = '\r\u001b[2K';

/** Shows on one line how much of bulk work is done; nothing where nobody watches. */
export class ProgressBar {
  readonly #stream: Stream | undefined;
  readonly #total: number;

  constructor(stream: Stream | undefined, total: number) {
    this.#stream = stream;
    this.#total = total;
  }

  show(done: number): void {
    if (this.#total === 0) return;
    const share = Math.min(done / this.#total, 1);
    const bar = '█'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '░');
    this.#stream?.write(`${CLEAR_LINE}${bar} ${Math.floor(share * 100)}%  ${done} of ${this.#total} jobs`);
  }

  clear(): void {
    this.#stream?.write(CLEAR_LINE);
  }
}
