import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { MessageSource } from '../../look/sources.ts';
import { breakable } from '../parts/breakable.ts';
import { commandForm } from '../parts/command-form.ts';
import { empty } from '../parts/empty.ts';
import { count } from '../parts/number.ts';
import { table } from '../parts/table.ts';
import { when } from '../parts/time.ts';
import type { Content } from '../shell/layout.ts';
import { MAX_REASON_LENGTH } from '../shell/max-reason-length.ts';
import type { View } from '../shell/view.ts';

export function sourcesPage(view: View, sources: readonly MessageSource[]): Content {
  const { title, none } = view.texts.sources;
  const body = html`<h1>${title}</h1>${sources.length === 0 ? empty(none) : sourceTable(view, sources)}`;
  return { title, page: 'sources', body };
}

function sourceTable(view: View, sources: readonly MessageSource[]): Html {
  const { columns, states } = view.texts.sources;
  const number = (name: string, of: (source: MessageSource) => number | null) => ({
    name,
    isNumber: true,
    cell: (source: MessageSource) => (of(source) === null ? '' : count(view, of(source) ?? 0)),
  });
  return table(sources, [
    { name: columns.name, cell: (source) => html`${nameOf(view, source)}${hindrance(view, source)}` },
    { name: columns.state, cell: ({ state }) => html`<span class="badge">${states[state]}</span>` },
    number(columns.readers, ({ readerCount }) => readerCount),
    number(columns.lag, ({ lagCount }) => lagCount),
    number(columns.taken, ({ takenCount }) => takenCount),
    number(columns.again, ({ duplicateCount }) => duplicateCount),
    { name: columns.discarded, isNumber: true, cell: (source) => discarded(view, source) },
    number(columns.withoutId, ({ withoutIdCount }) => withoutIdCount),
    number(columns.lost, ({ lostCount }) => lostCount),
    { name: columns.last, cell: ({ lastTakenAt }) => when(view, lastTakenAt) },
    { name: columns.act, cell: (source) => commands(view, source) },
  ]);
}

/** With the task below, whose jobs its messages become. */
function nameOf({ link }: View, { name, task }: MessageSource): Html {
  return html`${breakable(name)}<br><a href="${link(`tasks/${encodeURIComponent(task)}`)}">${breakable(task)}</a>`;
}

function discarded(view: View, { discardedCount, task }: MessageSource): Html | string {
  if (discardedCount === 0) return count(view, 0);
  const query = new URLSearchParams({ state: 'discarded', task });
  return html`<a href="${view.link(`jobs?${query}`)}">${count(view, discardedCount)}</a>`;
}

/** What keeps its messages from becoming jobs. */
function hindrance(view: View, source: MessageSource): Html | '' {
  const { sources } = view.texts;
  const { state, pausedBy, pausedAt, trouble, troubleSince, refusedBecause, refusedAt } = source;
  const bad = (text: string, at: Date | null) => html`<br><span class="bad">${text} ${when(view, at)}</span>`;
  if (state === 'refused') return bad(sources.refused(refusedBecause ?? ''), refusedAt);
  if (state === 'paused') return html`<br>${sources.pausedBy(pausedBy ?? '')} ${when(view, pausedAt)}`;
  if (state === 'idle') return html`<br><span class="bad">${sources.idle}</span>`;
  if (state === 'troubled') return bad(sources.trouble(trouble ?? ''), troubleSince);
  if (source.unreadPartitionCount === 0) return '';
  return html`<br>${sources.unread(count(view, source.unreadPartitionCount))}`;
}

function commands(view: View, { name: source, state, pausedAt }: MessageSource): Html {
  const { sources } = view.texts;
  const fields = { source };
  const reason = html`<label>${sources.reason} <input name="reason" maxlength="${MAX_REASON_LENGTH}"></label> `;
  const pause = { action: 'sources/pause', label: sources.pause, fields, inputs: reason, isDanger: true };
  const accept = { action: 'sources/accept', label: sources.accept, fields, isDanger: true };
  return html`${state === 'refused' ? commandForm(view, accept) : ''}
${commandForm(view, pausedAt ? { action: 'sources/resume', label: sources.resume, fields } : pause)}`;
}
