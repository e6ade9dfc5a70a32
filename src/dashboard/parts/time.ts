import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { View } from '../shell/view.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** A span in its largest unit, one more figure where that is small: 850 ms, 42 s, 4 min, 3 h, 12 d, 20 y. */
export function span({ texts: { parts } }: View, ms: number): string {
  if (ms < SECOND) return parts.milliseconds(String(Math.max(0, Math.round(ms))));
  if (ms < MINUTE) return parts.seconds(short(ms / SECOND));
  if (ms < HOUR) return parts.minutes(short(ms / MINUTE));
  if (ms < 2 * DAY) return parts.hours(short(ms / HOUR));
  if (ms < 2 * YEAR) return parts.days(short(ms / DAY));
  return parts.years(short(ms / YEAR));
}

/** How long ago or ahead, with the exact instant on hover; the script keeps it true, in the zone that was chosen. */
export function when(view: View, at: Date | null): Html {
  if (at === null) return html`<span class="quiet">${view.texts.parts.never}</span>`;
  const ms = view.now.getTime() - at.getTime();
  const said = ms >= 0 ? view.texts.parts.ago(span(view, ms)) : view.texts.parts.inFuture(span(view, -ms));
  return html`<time datetime="${at.toISOString()}" title="${utc(at)}" data-relative>${said}</time>`;
}

/** The instant itself. */
export function instant(at: Date): Html {
  return html`<time datetime="${at.toISOString()}" title="${utc(at)}" data-exact>${utc(at)}</time>`;
}

function utc(at: Date): string {
  return `${at.toISOString().replace('T', ' ').slice(0, 19)} UTC`;
}

function short(value: number): string {
  return value < 10 ? String(Math.floor(value * 10) / 10) : String(Math.floor(value));
}
