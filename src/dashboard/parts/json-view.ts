import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { View } from '../shell/view.ts';
import { count } from './number.ts';

/** What lies deeper, or behind so many members, is not drawn: a payload can be a megabyte, and a page need not be. */
const MAX_DEPTH = 40;
const MAX_DRAWN = 2_000;
const MAX_CHARACTERS = 200_000;
const MAX_TEXT_LENGTH = 2_000;
/** Lists and objects with more members than this begin closed, as do those that deep. */
const OPEN_MEMBERS = 30;
const OPEN_DEPTH = 3;

/** What turns around how the text about it is read, or is not seen at all; in JSON it may stand as an escape as well. */
const DECEIVING = /[\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** A value of JSON that can be folded, with every digit of a bigint. */
export function jsonView(view: View, value: unknown): Html {
  return html`<div class="json">${node({ view, left: MAX_DRAWN, leftCharacters: MAX_CHARACTERS }, value, 0)}</div>`;
}

interface Drawing {
  view: View;
  /** Members that may still be drawn. */
  left: number;
  /** Characters of names and texts, likewise. */
  leftCharacters: number;
}

function node(drawing: Drawing, value: unknown, depth: number): Html {
  if (typeof value !== 'object' || value === null) return leaf(drawing.view, value);
  return folder(drawing, value, depth);
}

function folder(drawing: Drawing, value: object, depth: number): Html {
  const isList = Array.isArray(value);
  const members = Object.entries(value);
  const [begin, end] = isList ? '[]' : '{}';
  if (members.length === 0) return html`<span class="json-mark">${begin}${end}</span>`;
  const { job } = drawing.view.texts;
  const size = count(drawing.view, members.length);
  const isOpen = depth < OPEN_DEPTH && members.length <= OPEN_MEMBERS;
  return html`<details ${isOpen ? html`open` : ''}><summary><span class="json-mark">${begin}</span> <span class="quiet">${isList ? job.items(size) : job.members(size)}</span></summary>
<ul>${lines(drawing, { members, isList, depth })}</ul><span class="json-mark">${end}</span></details>`;
}

function lines(
  drawing: Drawing,
  { members, isList, depth }: { members: [string, unknown][]; isList: boolean; depth: number },
): Html[] {
  const drawn: Html[] = [];
  for (const [name, value] of members) {
    if (drawing.left <= 0 || drawing.leftCharacters <= 0 || depth >= MAX_DEPTH) {
      drawn.push(html`<li class="quiet">${drawing.view.texts.job.cut}</li>`);
      break;
    }
    drawing.left -= 1;
    drawing.leftCharacters -=
      name.length + (typeof value === 'string' ? Math.min(value.length, MAX_TEXT_LENGTH) : 0);
    const shown = isList ? name : quoted(name);
    drawn.push(
      html`<li><span class="${isList ? 'json-index' : 'json-name'}">${shown}</span>: ${node(drawing, value, depth + 1)}</li>`,
    );
  }
  return drawn;
}

function leaf(view: View, value: unknown): Html {
  if (typeof value !== 'string')
    return html`<span class="json-${value === null ? 'null' : typeof value}">${String(value)}</span>`;
  const shown = quoted(value.slice(0, MAX_TEXT_LENGTH));
  const more = value.length - MAX_TEXT_LENGTH;
  return html`<span class="json-string">${shown}</span>${more > 0 ? html` <span class="quiet">${view.texts.job.moreText(count(view, more))}</span>` : ''}`;
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(
    DECEIVING,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
