import { fitText, printable, textWidth } from './text-width.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';
export type Paint = (style: Style, text: string) => string;

export interface Column<Row> {
  title: string;
  text: (row: Row) => string;
  /** @default 'left' */
  align?: 'left' | 'right';
  style?: (row: Row) => Style | undefined;
}

export interface TableOptions<Row> {
  columns: readonly Column<Row>[];
  /** Places of a line; Infinity cuts nothing. */
  width: number;
  paint: Paint;
}

const GAP = '  ';
const LEAST_WIDTH = 8;

/** Rows below a header; where the columns would be too narrow, every row as a block of its own. */
export function renderTable<Row>(rows: readonly Row[], options: TableOptions<Row>): string {
  const { columns, width, paint } = options;
  const cells = rows.map((row) => columns.map(({ text }) => printable(text(row))));
  const widths = fitWidths(
    columns.map(({ title }, index) =>
      cells.reduce((most, row) => Math.max(most, textWidth(row[index] ?? '')), textWidth(title)),
    ),
    width - GAP.length * (columns.length - 1),
  );
  if (!widths) return renderBlocks(cells, options);
  const line = (texts: readonly string[], styleOf: (column: Column<Row>) => Style | undefined) =>
    columns
      .map((column, index) => {
        const text = fitText(texts[index] ?? '', widths[index] ?? 0, column.align);
        const style = styleOf(column);
        return style === undefined ? text : paint(style, text);
      })
      .join(GAP)
      .trimEnd();
  const header = line(
    columns.map(({ title }) => title),
    () => 'bold',
  );
  return [header, ...rows.map((row, index) => line(cells[index] ?? [], ({ style }) => style?.(row)))].join(
    '\n',
  );
}

/** The widest give way first; undefined when all would have to be too narrow. */
function fitWidths(natural: readonly number[], available: number): number[] | undefined {
  const least = natural.reduce((sum, each) => sum + Math.min(each, LEAST_WIDTH), 0);
  if (least > available) return undefined;
  let cap = Math.max(0, ...natural);
  const sum = () => natural.reduce((total, each) => total + Math.min(each, cap), 0);
  while (cap > LEAST_WIDTH && sum() > available) cap--;
  return shareRest(natural, cap, available - sum());
}

/** Places that are left because all the widest gave way by one. */
function shareRest(natural: readonly number[], cap: number, rest: number): number[] {
  let free = Number.isFinite(rest) ? rest : 0;
  return natural.map((each) => {
    if (each <= cap || free === 0) return Math.min(each, cap);
    free--;
    return cap + 1;
  });
}

function renderBlocks<Row>(cells: readonly string[][], { columns, width, paint }: TableOptions<Row>): string {
  const titleWidth = Math.max(0, ...columns.map(({ title }) => textWidth(title)));
  const valueWidth = Math.max(width - titleWidth - GAP.length, LEAST_WIDTH);
  return cells
    .map((row) =>
      columns
        .map(({ title }, index) => {
          const text = row[index] ?? '';
          const value = textWidth(text) > valueWidth ? fitText(text, valueWidth) : text;
          return `${paint('bold', fitText(title, titleWidth))}${GAP}${value}`.trimEnd();
        })
        .join('\n'),
    )
    .join('\n\n');
}
