import { html } from 'hono/html';
import { type Html, layout } from '../../http.ts';
import type { MailboxMessage } from '../mail/development-mailbox.ts';

const WEB_ADDRESS = /(https?:\/\/[^\s<>"]+)/;

/** One mail: its headers, its HTML in a frame that may run nothing, and its text. */
export function messagePage(message: MailboxMessage, root: string): Html {
  const { id, subject, from, to, messageId, receivedAt, text } = message;
  return layout(
    { title: subject, root },
    html`<p><a href="${root}mailbox">All mails</a></p>
<h1>${subject}</h1>
<dl class="headers">
<dt>From</dt><dd>${from}</dd>
<dt>To</dt><dd>${to.join(', ')}</dd>
<dt>Received</dt><dd>${receivedAt.toISOString()}</dd>
<dt>Message-ID</dt><dd>${messageId}</dd>
</dl>
<iframe class="mail" title="The mail as HTML" src="${root}mailbox/${id}/html"
 sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>
<h2>As text</h2>
<pre class="text">${linkAddresses(text)}</pre>`,
  );
}

/** The text with its web addresses clickable; split keeps what the group matched at the odd places. */
function linkAddresses(text: string): Html[] {
  return text.split(WEB_ADDRESS).map((part, index) => {
    return index % 2 === 0
      ? html`${part}`
      : html`<a href="${part}" target="_blank" rel="noopener noreferrer">${part}</a>`;
  });
}
