import { createHash } from 'node:crypto';
import { html } from 'hono/html';
import type { Html } from '../../../http/pages/layout.ts';
import type { KeyedRequest } from '../../../operate/idempotency-keys.ts';
import { lastingText } from '../read-search.ts';
import type { BulkOrder } from './bulk-order.ts';
import { SEEN_FIELD, writeSeen } from './seen-states.ts';

/** An order that somebody confirmed: all of its steps are the same request. */
export interface BulkWork {
  order: BulkOrder;
  /** Names the whole of the work: progress is remembered under it, so any process can take the next step. */
  key: string;
  /** Jobs of the whole at most. */
  max: number;
  reason?: string | undefined;
}

/** What a form repeats, so that each step is the same request. */
export function workFields(work: BulkWork): Html {
  return html`${entriesOf(work).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}`;
}

/**
 * Where the work can be looked at: what was done by now, or its report.
 *
 * @param isGoing whether the page there takes the next step by itself, as the one that it stands for did
 */
export function workAddress(work: BulkWork, isGoing = false): string {
  const fields = new URLSearchParams(entriesOf(work));
  if (isGoing) fields.set('going', 'yes');
  return `jobs/act?${fields}`;
}

/** Under which its progress and its report are remembered. */
export function keyOf({ order, key, max, reason = '' }: BulkWork): KeyedRequest {
  const { action, scope, ids, seen, filter } = order;
  const whole =
    scope === 'selected'
      ? ['dashboard selection', action, ids, reason, ...writeSeen(seen)]
      : ['dashboard jobs', action, lastingText(filter ?? {}), max, reason];
  return { key, requestHash: createHash('sha256').update(JSON.stringify(whole)).digest() };
}

function entriesOf({ order, key, max, reason }: BulkWork): [string, string][] {
  const { action, scope, text, filter, ids, seen } = order;
  const entries: [string, string][] = [
    ['key', key],
    ['action', action],
    ['scope', scope],
    ['q', text],
    ['where', lastingText(filter ?? {})],
    ['max', String(max)],
  ];
  for (const id of ids) entries.push(['id', id]);
  for (const jobs of writeSeen(seen)) entries.push([SEEN_FIELD, jobs]);
  if (reason !== undefined) entries.push(['reason', reason]);
  return entries;
}
