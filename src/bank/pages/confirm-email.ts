import { html } from 'hono/html';
import { type Html, layout } from '../../http.ts';

/** What the mailed link opens: one button, whose form carries the proof back. */
export function confirmPage({ id, code }: { id: string; code: string }, root: string): Html {
  return layout(
    { title: 'Confirm your e-mail address', root },
    html`<section class="card">
<h1>Confirm your e-mail address</h1>
<p>One click and we know that this address is yours.</p>
<form method="post" action="${root}verify-email">
<input type="hidden" name="id" value="${id}">
<input type="hidden" name="code" value="${code}">
<button type="submit">Confirm my e-mail address</button>
</form>
<p class="quiet">You did not sign up? Close this page, and nothing happens.</p>
</section>`,
  );
}
