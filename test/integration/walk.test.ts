import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '../support/wait-for.ts';
import { signUpJobs } from './bank.ts';
import { openService } from './open-service.ts';

test('a customer signs up, opens the link of the mail, presses its button and is verified', async () => {
  await using stack = new AsyncDisposableStack();
  const { url } = await openService(stack, { env: { SMTP_URL: '' } });
  await signUpJobs(url, 'ada');
  const mail = await waitFor('the verification mail in the mailbox', async () => {
    const messages = await readMailbox(url);
    return messages.find(({ subject }) => subject === 'Confirm your e-mail address');
  });
  assert.deepEqual(mail.to, ['ada@customers.example']);

  const link = find(/<a href="([^"]*\/verify-email\?[^"]*)"/, mail.html);
  assert.ok(link.startsWith(`${url}/verify-email?`));
  const page = await (await fetch(link)).text();
  assert.equal(await isVerified(url), false, 'opening the page changes nothing');
  const action = find(/<form[^>]* action="([^"]*)"/, page);
  const form = new URLSearchParams();
  for (const [, name = '', value = ''] of page.matchAll(/<input type="hidden" name="(.*?)" value="(.*?)"/g)) {
    form.append(name, value);
  }
  const press = () => fetch(new URL(action, link), { method: 'POST', body: form });
  assert.equal((await press()).status, 200);
  assert.equal(await isVerified(url), true);
  assert.equal((await press()).status, 410, 'the link works once');
});

async function readMailbox(url: string): Promise<{ subject: string; to: string[]; html: string }[]> {
  const { messages } = (await (await fetch(`${url}/mailbox.json`)).json()) as {
    messages: { subject: string; to: string[]; html: string }[];
  };
  return messages;
}

async function isVerified(url: string): Promise<boolean> {
  const headers = { Authorization: 'Bearer the-reader-for-tests' };
  const response = await fetch(`${url}/v1/users/ada`, { headers });
  const { user } = (await response.json()) as { user: { email_verified: boolean } };
  return user.email_verified;
}

/** What the group matched, as a browser reads an attribute. */
function find(pattern: RegExp, html: string): string {
  const [, found] = pattern.exec(html) ?? [];
  if (found === undefined) throw new Error(`${pattern} is not in: ${html}`);
  return found.replaceAll('&amp;', '&');
}
