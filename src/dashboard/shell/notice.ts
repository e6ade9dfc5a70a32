import type { Context } from 'hono';
import { html } from 'hono/html';
import type { AppEnv } from '../../http/app-dependencies.ts';
import type { Html } from '../../http/pages/layout.ts';
import { pageAddress } from './page-address.ts';
import type { View } from './view.ts';

/** What a command did: a word of `texts.done`, and to how many. */
export interface Done {
  what: string;
  count?: number;
  /** The page that tells of it, below /dashboard. @default the one that it came from */
  at?: string;
  /** The job that came of it: the notice leads there. */
  job?: string | undefined;
}

const ID = /^[1-9]\d{0,17}$/;

/** The address of the page that tells what was done: the one that the command came from, unless it names another. */
export function doneAddress(back: string, { what, count = 1, at = back, job }: Done): string {
  const [path, query] = split(withoutDone(pageAddress(at)));
  query.set('done', count === 1 ? what : `${what}:${count}`);
  if (job !== undefined) query.set('made', job);
  return `${path}?${query}`;
}

/** Told by the address alone, so nothing in it is shown but words of ours and numbers. */
export function doneNotice(c: Context<AppEnv>, view: View): Html | '' {
  const { texts, link, here } = view;
  const [, what = '', count = '1'] = /^([a-z_]{1,40})(?::(\d{1,9}))?$/.exec(c.req.query('done') ?? '') ?? [];
  if (!Object.hasOwn(texts.done, what)) return '';
  const say = texts.done[what as keyof typeof texts.done];
  return html`<p class="notice" role="status" data-done>${say(Number(count))} ${jobLink(view, c.req.query('made'))}<a href="${link(withoutDone(here))}">${texts.shell.done.dismiss}</a></p>`;
}

function jobLink({ texts, link }: View, id = ''): Html | '' {
  return ID.test(id) ? html`<a href="${link(`jobs/${id}`)}">${texts.shell.done.job(id)}</a> ` : '';
}

function withoutDone(address: string): string {
  const [path, query] = split(address);
  for (const name of ['done', 'made']) query.delete(name);
  return query.size === 0 ? path : `${path}?${query}`;
}

function split(address: string): [path: string, query: URLSearchParams] {
  const [path = ''] = address.split('?');
  return [path, new URLSearchParams(address.slice(path.length))];
}
