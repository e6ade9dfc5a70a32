import { styleText } from 'node:util';
import { isDumbTerminal } from '../../config.ts';
import { type Column, renderTable, type Style } from './table.ts';
import { printableJson, printableLines } from './text-width.ts';

/** A standard stream, a terminal or not. */
export type Stream = Pick<NodeJS.WriteStream, 'write'> &
  Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'rows' | 'hasColors' | 'on' | 'off'>>;

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
const HOME_AND_CLEAR = '\u001b[H\u001b[2J';

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

  /** Whether it can be cleared and written over. */
  get canMoveCursor(): boolean {
    return this.isTerminal && !isDumbTerminal();
  }

  get height(): number {
    return this.#stdout.rows || DEFAULT_HEIGHT;
  }

  /** What people are shown while they wait: standard error, where that is a terminal that can be written over. */
  get status(): Stream | undefined {
    return this.#stderr.isTTY && !isDumbTerminal() ? this.#stderr : undefined;
  }

  /** Calls it whenever the terminal gets another size, until disposed of. */
  onResize(listener: () => void): Disposable {
    this.#stdout.on?.('resize', listener);
    return { [Symbol.dispose]: () => void this.#stdout.off?.('resize', listener) };
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
    this.line(printableJson(JSON.stringify(value, null, indent)));
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

  /** What a terminal shows from now on, in place of all before: as many of its lines as there is room for. */
  screen(text: string): void {
    const room = this.isTerminal ? Math.max(1, this.height - 1) : Number.POSITIVE_INFINITY;
    const lines = text.split('\n').slice(0, room);
    this.line(`${this.canMoveCursor ? HOME_AND_CLEAR : ''}${lines.join('\n')}`);
  }

  /** What goes wrong while a command goes on. */
  complain(text: string): void {
    this.#stderr.write(`howdah: ${printableLines(text)}
`);
  }

  /** For people only, beside an answer for programs. */
  note(text: string): void {
    if (!this.isJson) this.line(text);
  }
}
