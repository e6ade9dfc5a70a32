import type { Stream } from './output.ts';

const MOST_BAR_WIDTH = 30;
const DEFAULT_COLUMNS = 80;
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
    const text = ` ${Math.floor(share * 100)}%  ${done} of ${this.#total} jobs`;
    const free = (this.#stream?.columns || DEFAULT_COLUMNS) - text.length - 1;
    const width = Math.max(0, Math.min(free, MOST_BAR_WIDTH));
    const bar = '█'.repeat(Math.round(share * width)).padEnd(width, '░');
    this.#stream?.write(`${CLEAR_LINE}${bar}${text}`);
  }

  clear(): void {
    this.#stream?.write(CLEAR_LINE);
  }
}
