import { html } from 'hono/html';
import { type Html, layout } from './layout.ts';

/** Where everything is. @param root `rootFrom` the request */
export function landingPage(root: string): Html {
  return layout(
    { title: 'A job queue on Postgres', root },
    html`<h1>Howdah is up</h1>
<ul class="links">
<li><a href="${root}docs">API</a> <span>every route, to read and to search</span></li>
<li><a href="${root}readyz">Readiness</a> <span>whether everything works right now</span></li>
<li><a href="${root}healthz">Health</a> <span>whether the process answers</span></li>
</ul>`,
  );
}
