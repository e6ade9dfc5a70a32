import { z } from 'zod';
import { get, post, read } from './requests.ts';
import type { Walk } from './walk.ts';

const found = z.object({ user: z.object({ email_verified: z.boolean() }) });

const FORM = /<form method="post" action="(?<action>[^"]+)">/;
const HIDDEN = /<input type="hidden" name="(?<name>[^"]+)" value="(?<value>[^"]*)">/g;
const TITLE = /<h1>(?<title>[^<]+)<\/h1>/;

interface Form {
  action: string;
  fields: URLSearchParams;
}

/** Opens the mailed link, twice, as a mail scanner and a customer do; returns the form behind the page's button. */
export async function followLink(walk: Walk, link: URL): Promise<Form> {
  const { narrator } = walk;
  const path = `${link.pathname}${link.search}`;
  narrator.sends('GET the link, twice: once for a mail scanner, once for the customer');
  await get(walk, path);
  const page = await get(walk, path);
  narrator.receives(`${page.status}  "${titleOf(page.body)}"`);
  const form = findForm(page.body, link);
  narrator.fact(
    page.status === 200 && form.fields.size === 2,
    `a page with a button, whose form posts to ${form.action}`,
  );
  narrator.fact(!(await isVerified(walk)), 'looking changed nothing: the address is still not verified');
  return form;
}

/** Posts the form as a browser does, and once more: a code works once. */
export async function pressButton(walk: Walk, { action, fields }: Form): Promise<void> {
  const { narrator } = walk;
  narrator.sends(`POST ${action}  (the page's form, no JavaScript involved)`);
  const first = await post(walk, action, fields);
  narrator.receives(`${first.status}  "${titleOf(first.body)}"`);
  narrator.fact(first.status === 200, 'the address is confirmed');
  const second = await post(walk, action, fields);
  narrator.fact(second.status === 410, `pressing again answers 410: "${titleOf(second.body)}"`);
}

export async function lookUpUser(walk: Walk): Promise<void> {
  const { narrator, customer } = walk;
  narrator.sends(`GET /v1/users/${customer.account}  Authorization: Bearer <viewer token>`);
  const isSo = await isVerified(walk);
  narrator.receives(`200  "email_verified": ${isSo}`);
  narrator.fact(isSo, `${customer.username} is a verified customer`);
}

async function isVerified(walk: Walk): Promise<boolean> {
  const answer = await get(walk, `/v1/users/${walk.customer.account}`, walk.viewerToken);
  return read(found, answer).user.email_verified;
}

/** As a browser does, the action is resolved against the page's own address. */
function findForm(body: string, link: URL): Form {
  const fields = new URLSearchParams();
  for (const { groups } of body.matchAll(HIDDEN)) fields.append(groups?.name ?? '', groups?.value ?? '');
  const action = FORM.exec(body)?.groups?.action ?? '';
  return { action: new URL(action, link).pathname, fields };
}

function titleOf(body: string): string {
  return TITLE.exec(body)?.groups?.title ?? 'a page without a title';
}
