import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { View } from '../shell/view.ts';
import { count } from './number.ts';
import { instant } from './time.ts';

/** A line of a chart. */
export interface Series {
  label: string;
  /** The colour's name in the style sheet. */
  color: 'completed' | 'discarded' | 'retryable' | 'available' | 'running' | 'accent';
  /** One for each instant; null where nothing is known. */
  values: readonly (number | null)[];
}

export interface Chart {
  title: string;
  at: readonly Date[];
  series: readonly Series[];
  /** As a person reads a value. @default the number */
  say?: (value: number) => string;
}

/** Rows of the table that says the same: the last of them, which a screen reader gets through. */
const TABLE_ROWS = 12;

/** Lines over time, drawn by the script; without it, and for screen readers, a table of the latest values. */
export function chart(view: View, { title, at, series, say = (value) => count(view, value) }: Chart): Html {
  const data = {
    when: view.texts.parts.when,
    at: at.map((each) => each.getTime() / 1000),
    series: series.map(({ label, color, values }) => ({ label, color, values })),
  };
  const shown = at.map((_, index) => index).slice(-TABLE_ROWS);
  return html`<figure data-chart="${JSON.stringify(data)}" aria-label="${title}"><figcaption>${title}</figcaption>
<div class="plot" aria-hidden="true" hx-morph-skip-children></div>
<table><thead><tr><th scope="col">${view.texts.parts.when}</th>${series.map(({ label }) => html`<th scope="col">${label}</th>`)}</tr></thead>
<tbody>${shown.map(
    (index) =>
      html`<tr><th scope="row">${instant(at[index] ?? view.now)}</th>${series.map(({ values }) => {
        const value = values[index] ?? null;
        return html`<td>${value === null ? '' : say(value)}</td>`;
      })}</tr>`,
  )}</tbody></table></figure>`;
}
