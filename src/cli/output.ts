import { styleText } from 'node:util';
import { type Column, renderTable, type Style } from './table.ts';

/** A standard stream, a terminal or not. */
export type Stream = Pick<NodeJS.WriteStream, 'write'> &
  Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'rows' | 'hasColors'>>;

export interface OutputOptions {
  stdout: Stream;
  stderr: Stream;
  /** @default JSON unless stdout is a terminal */
  format?: 'json' | 'text' | undefined;
}

export interface ListOptions<Row> {
  columns: readonly Column<Row>[];
  /** What a row is in JSON. */
  present: (row: Row) => unknown;
  /** What people read when there is none. */
  empty: string;
}

const DEFAULT_WIDTH = 80;
const DEFAULT_HEIGHT = 24;

/**
 * Where a command's answer goes: text for people on a terminal, JSON for programs. Colours only on a terminal that has
 * them and where NO_COLOR is not set, which Node looks up.
 */
export class Output {
  readonly isJson: boolean;
  readonly #stdout: Stream;
  readonly #stderr: Stream;

  constructor({ stdout, stderr, format }: OutputOptions) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.isJson = format === undefined ? !stdout.isTTY : format === 'json';
  }

  get isTerminal(): boolean {
    return this.#stdout.isTTY === true;
  }

  /** Places of a line; no limit where there is no terminal. */
  get width(): number {
    return this.isTerminal ? this.#stdout.columns || DEFAULT_WIDTH : Number.POSITIVE_INFINITY;
  }

  get height(): number {
    return this.#stdout.rows || DEFAULT_HEIGHT;
  }

  /** What people are shown while they wait: standard error, where that is a terminal. */
  get status(): Stream | undefined {
    return this.#stderr.isTTY ? this.#stderr : undefined;
  }

  readonly paint = (style: Style, text: string): string => {
    const hasColours = this.isTerminal && this.#stdout.hasColors?.() === true;
    return hasColours ? styleText(style, text, { validateStream: false }) : text;
  };

  write(text: string): void {
    this.#stdout.write(text);
  }

  line(text = ''): void {
    this.write(`${text}\n`);
  }

  json(value: unknown, indent = 2): void {
    this.line(JSON.stringify(value, null, indent));
  }

  /** The one or the other, as the reader needs it. */
  answer(value: unknown, text: string): void {
    if (this.isJson) this.json(value);
    else this.line(text);
  }

  list<Row>(rows: readonly Row[], { columns, present, empty }: ListOptions<Row>): void {
    if (this.isJson) this.json(rows.map(present));
    else this.line(rows.length === 0 ? empty : this.table(rows, columns));
  }

  table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
    return renderTable(rows, { columns, width: this.width, paint: this.paint });
  }

  /** For people only, beside an answer for programs. */
  note(text: string): void {
    if (!this.isJson) this.line(text);
  }
}
