import { z } from 'zod';
import { get, read } from './requests.ts';
import type { Walk } from './walk.ts';
import { watch } from './watch.ts';

const mailbox = z.object({
  messages: z.array(
    z.object({ to: z.array(z.string()), subject: z.string(), text: z.string(), message_id: z.string() }),
  ),
});

/** Both mails of the customer, from the mailbox; returns the link in the verification mail. */
export async function readMails(walk: Walk): Promise<URL> {
  const { narrator, customer, signal } = walk;
  narrator.sends('GET /mailbox.json');
  const mails = await watch(async () => {
    const { messages } = read(mailbox, await get(walk, '/mailbox.json'));
    const own = messages.filter(({ to }) => to.includes(customer.email));
    return own.length >= 2 ? own : undefined;
  }, signal);
  for (const { subject, message_id } of mails) narrator.receives(`"${subject}"  <${message_id}>`);
  narrator.fact(mails.length === 2, `two mails to ${customer.email}, delivered over SMTP`);
  const links = mails.flatMap(({ text }) => text.match(/https?:\S+\/verify-email\?\S+/g) ?? []);
  const [link = ''] = links;
  narrator.fact(links.length === 1, `one of them holds the link ${shorten(link)}`);
  return new URL(link);
}

/** The code is a secret, if only for fifteen minutes. */
function shorten(link: string): string {
  return link.replace(/(code=.{4}).*/, '$1…');
}
