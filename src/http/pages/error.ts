import { html } from 'hono/html';
import type { HowdahError } from '../../errors.ts';
import { type Html, layout } from './layout.ts';

/** An error for a person: what happened and the id under which the log knows it. */
export function errorPage(
  error: HowdahError,
  { requestId, root }: { requestId: string; root: string },
): Html {
  return layout(
    { title: error.title, root },
    html`<section class="card">
<p class="status">${error.status}</p>
<h1>${error.title}</h1>
${error.message === error.title ? '' : html`<p>${error.message}</p>`}
<p class="quiet">Request <code>${requestId}</code></p>
</section>`,
  );
}
