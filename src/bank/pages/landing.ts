import { html } from 'hono/html';
import { type Html, layout } from '../../http.ts';

interface LandingPage {
  publicUrl: string;
  hasMailbox: boolean;
  root: string;
}

/** Where everything is, and the first command to try. */
export function landingPage({ publicUrl, hasMailbox, root }: LandingPage): Html {
  return layout(
    { title: 'A job queue on Postgres', root },
    html`<h1>Howdah is up</h1>
<p>A job queue on Postgres. Sign up a customer; the row and both mail jobs commit together:</p>
<pre class="command">${signUpCommand(publicUrl)}</pre>
<ul class="links">
<li><a href="${root}dashboard">Dashboard</a> <span>what runs, what waits, what fails; to look and to act</span></li>
${hasMailbox ? html`<li><a href="${root}mailbox">Mailbox</a> <span>every mail the service sent</span></li>` : ''}
<li><a href="${root}docs">API</a> <span>every route, to read and to search</span></li>
<li><a href="${root}readyz">Readiness</a> <span>whether everything works right now</span></li>
<li><a href="${root}healthz">Health</a> <span>whether the process answers</span></li>
</ul>`,
  );
}

function signUpCommand(publicUrl: string): string {
  const body =
    '{"account":"ada","username":"Ada Lovelace","email":"ada@example.com","password":"correct horse"}';
  return `curl ${publicUrl}/v1/users \\\n  -H 'Content-Type: application/json' \\\n  -d '${body}'`;
}
