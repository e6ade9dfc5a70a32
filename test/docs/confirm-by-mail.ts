import { readFile } from 'node:fs/promises';
import { waitFor } from '../support/wait-for.ts';

const README = new URL('../../README.md', import.meta.url);
const HIDDEN = /<input type="hidden" name="(?<name>[^"]+)" value="(?<value>[^"]*)">/g;

/** What README.md says between its commands: opens the mail that it names, follows its link and presses the button. */
export async function confirmByMail(url: string): Promise<void> {
  const [, subject = ''] =
    /Open "([^"]+)", follow its link, press the button/.exec(await readFile(README, 'utf8')) ?? [];
  const mail = await waitFor('the mail', async () => {
    const { messages } = (await (await fetch(`${url}/mailbox.json`)).json()) as {
      messages: { subject: string; text: string }[];
    };
    return messages.find((message) => message.subject === subject.replace(/\s+/g, ' '));
  });
  const link = /https?:\S+/.exec(mail.text)?.[0] ?? '';
  const page = await (await fetch(link)).text();
  const fields = new URLSearchParams();
  for (const { groups } of page.matchAll(HIDDEN))
    fields.append(groups?.['name'] ?? '', groups?.['value'] ?? '');
  const answer = await fetch(new URL('verify-email', `${url}/`), {
    method: 'POST',
    body: fields,
  });
  if (!answer.ok) throw new Error(`the button answers ${answer.status}: ${await answer.text()}`);
}
