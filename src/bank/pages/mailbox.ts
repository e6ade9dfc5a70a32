import { html } from 'hono/html';
import { type Html, layout } from '../../http.ts';
import type { MailboxMessage } from '../mail/development-mailbox.ts';

/** All mails, newest first. */
export function mailboxPage(messages: readonly MailboxMessage[], root: string): Html {
  return layout(
    { title: 'Mailbox', root },
    html`<h1>Mailbox</h1>
<p class="quiet">Mails end here while no mail server is configured. <a href="${root}mailbox.json">As JSON</a>.
<a href="${root}mailbox">Look again</a>.</p>
${messages.length === 0 ? html`<p class="card">No mail yet. Sign somebody up.</p>` : messageList(messages, root)}`,
  );
}

function messageList(messages: readonly MailboxMessage[], root: string): Html {
  return html`<ol class="mails">
${messages.map(
  ({ id, subject, to, receivedAt }) => html`<li><a href="${root}mailbox/${id}">
<strong>${subject}</strong>
<span>${to.join(', ')}</span>
<time datetime="${receivedAt.toISOString()}">${receivedAt.toISOString().slice(0, 19).replace('T', ' ')} UTC</time>
</a></li>`,
)}
</ol>`;
}
