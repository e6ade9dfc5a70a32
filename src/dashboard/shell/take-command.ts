import { createHash } from 'node:crypto';
import type { Context, Handler } from 'hono';
import { translatingErrors } from '../../db/command-error.ts';
import type { Transaction } from '../../db/database.ts';
import { HowdahError } from '../../errors.ts';
import { toHowdahError } from '../../http/answers/to-howdah-error.ts';
import type { AppEnv } from '../../http/app-dependencies.ts';
import { actorOf } from '../../http/callers/actor-of.ts';
import { keyedTransaction } from '../../operate/keyed-transaction.ts';
import { transactionAs } from '../../operate/transaction-as.ts';
import { isStorable } from '../../tasks/unstorable-text.ts';
import type { DashboardDependencies } from '../dependencies.ts';
import { type Content, dashboardLayout } from './layout.ts';
import { MAX_REASON_LENGTH } from './max-reason-length.ts';
import { type Done, doneAddress } from './notice.ts';
import { pageAddress } from './page-address.ts';
import { errorIn, PageError, wrongField } from './page-error.ts';
import { PAGE_HEADERS } from './page-headers.ts';
import { readBack, showError } from './show-page.ts';
import { type View, viewOf } from './view.ts';

/** The fields of a form; of one that came several times, all values. */
export interface Form {
  /** @throws {HowdahError} `invalid_request` for one that is missing */
  text(name: string): string;
  /** Undefined for one that is missing or empty. */
  optional(name: string): string | undefined;
  all(name: string): string[];
  /** Why somebody does it. @throws {HowdahError} `invalid_request` for one of more than 500 characters */
  reason(): string | undefined;
}

/** What a command is given. */
export interface Command {
  c: Context<AppEnv>;
  form: Form;
  /** The change, its rows in the audit log and what the form's key remembers commit together. */
  change(work: Work): Promise<Done>;
}

/**
 * What a button does: a form that only an operator may send. It says what was done on the page that it came from, and the
 * form that is sent twice by its key does it once. What fails is told on a page of its own, and nothing was changed.
 *
 * @param redraw for what a person filled in: shows it again where a field is wrong
 */
export function takeCommand(
  deps: DashboardDependencies,
  run: (command: Command) => Promise<Done>,
  redraw?: Redraw,
): Handler<AppEnv> {
  return async (c) => {
    let view = cameFrom(c, viewOf(c, deps));
    try {
      const form = await readCommand(c, view);
      view = { ...view, here: pageAddress(form.optional('back') ?? view.here) };
      const command = { c, form, change: (work: Work) => changeOnce(c, deps, { form, work }) };
      const done = await run(command).catch((error) => refused(error, command, view, redraw));
      deps.readings.overview.renew();
      deps.readings.failures.renew();
      if ('body' in done) return c.html(dashboardLayout(view, done), 422, PAGE_HEADERS);
      return c.redirect(view.link(doneAddress(form.optional('back') ?? '', done)), 303);
    } catch (error) {
      return showError(c, view, { error, deps });
    }
  };
}

/** Draws the form anew, with what was in it and why it was refused. */
export type Redraw = (command: Command, view: View, error: HowdahError) => Promise<Content>;

type Work = (tx: Transaction) => Promise<Done>;

async function refused(
  error: unknown,
  command: Command,
  view: View,
  redraw: Redraw | undefined,
): Promise<Content> {
  const known = errorIn(view.texts, error);
  if (!redraw || known.status !== 422) throw error;
  return redraw(command, view, known);
}

/** The same for what tells on a page of its own what it did; whether a form was sent twice is then for `draw` to know. */
export function answerCommand(
  deps: DashboardDependencies,
  draw: (command: { c: Context<AppEnv>; view: View; form: Form }) => Promise<Content>,
): Handler<AppEnv> {
  return async (c) => {
    const view = viewOf(c, deps);
    try {
      const content = await draw({ c, view, form: await readCommand(c, view) });
      const here = pageAddress(content.at ?? '') || view.here;
      return c.html(dashboardLayout({ ...view, here }, { ...content, isLive: false }), 200, PAGE_HEADERS);
    } catch (error) {
      return showError(c, await stoodAt(c, view, error), { error, deps });
    }
  };
}

/** What passes, or who logs in again, leads on to where the work is: its form has all that the address of its page has. */
async function stoodAt(c: Context<AppEnv>, view: View, error: unknown): Promise<View> {
  const { status } = toHowdahError(error);
  if (status !== 401 && status < 500) return cameFrom(c, view);
  const fields = new URLSearchParams(await c.req.text());
  fields.delete('stop');
  return { ...view, here: pageAddress(`${view.here}?${fields}`) };
}

/** No page is at a command's own address: whoever chooses another language, or goes back, goes where it was sent from. */
function cameFrom(c: Context<AppEnv>, view: View): View {
  return { ...view, here: readBack(c) };
}

/** @throws {HowdahError} `unauthorized` or `forbidden` for who may not act; those of `readForm` */
function readCommand(c: Context<AppEnv>, { mayAct, texts }: View): Promise<Form> {
  if (c.var.caller === undefined) throw new HowdahError('unauthorized');
  if (!mayAct) throw new HowdahError('forbidden', { detail: texts.shell.error.tooLow });
  return readForm(c);
}

/** @throws {HowdahError} `unsupported_media_type` for what is no form */
export async function readForm(c: Context<AppEnv>): Promise<Form> {
  const type = c.req.header('Content-Type') ?? '';
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) {
    throw new PageError('unsupported_media_type', ({ form }) => ({ detail: form }));
  }
  return formOf(new URLSearchParams(await c.req.text()));
}

/** Fields as those of a form, wherever they are from. */
export function formOf(fields: URLSearchParams): Form {
  const optional = (name: string) => fields.get(name) || undefined;
  const text = (name: string) => {
    const value = optional(name);
    if (value === undefined) throw wrongField(name, { expected: (texts) => texts.value, received: null });
    return value;
  };
  const reason = () => {
    const value = optional('reason');
    const length = value?.length ?? 0;
    if (length > MAX_REASON_LENGTH)
      throw wrongField('reason', { expected: (texts) => texts.atMost(MAX_REASON_LENGTH), received: length });
    if (value !== undefined && !isStorable(value))
      throw wrongField('reason', { expected: (texts) => texts.characters(`${MAX_REASON_LENGTH}`) });
    return value;
  };
  return { text, optional, reason, all: (name) => fields.getAll(name) };
}

async function changeOnce(
  c: Context<AppEnv>,
  { db }: DashboardDependencies,
  { form, work }: { form: Form; work: Work },
): Promise<Done> {
  const actor = actorOf(c);
  const key = form.optional('key');
  if (key === undefined) return translatingErrors(() => transactionAs(db, actor, work));
  const requestHash = createHash('sha256')
    .update(`${c.req.path}\n${await c.req.text()}`)
    .digest();
  const keyed = { key, requestHash };
  const { result } = await translatingErrors(() => keyedTransaction(db, { actor, keyed }, work));
  return result;
}
