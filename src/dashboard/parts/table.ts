import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import { breakable } from './breakable.ts';

export interface Column<Row> {
  name: string;
  isNumber?: boolean;
  cell: (row: Row) => Html | string | number;
}

/**
 * Rows with a name over each column; on a phone each row is a card. The first column names the row.
 *
 * @param idOf of rows that come and move: one that has the focus, or is open, is the same one when the page is drawn anew
 */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  idOf?: (row: Row) => string,
): Html {
  const classOf = ({ isNumber = false }: Column<Row>) => (isNumber ? 'number' : '');
  const [first, ...rest] = columns;
  return html`<div class="scroll"><table class="rows">
<thead><tr>${columns.map((column) => html`<th scope="col" class="${classOf(column)}">${column.name}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr data-row ${idOf ? html`id="${idOf(row)}"` : ''}>
<th scope="row">${shown(first?.cell(row) ?? '')}</th>
${rest.map((column) => html`<td class="${classOf(column)}" data-label="${column.name}">${shown(column.cell(row))}</td>`)}
</tr>`,
  )}</tbody>
</table></div>`;
}

function shown(cell: Html | string | number): Html | string | number {
  return typeof cell === 'string' ? breakable(cell) : cell;
}
