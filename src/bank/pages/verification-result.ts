import { html } from 'hono/html';
import { type Html, layout } from '../../http.ts';

const RESULTS = {
  verified: {
    tone: 'good',
    title: 'Your e-mail address is verified',
    text: 'Thank you. You can close this page.',
  },
  used: {
    tone: 'good',
    title: 'This link was already used',
    text: 'Your e-mail address is verified; there is nothing left to do.',
  },
  expired: {
    tone: 'bad',
    title: 'This link has expired',
    text: 'A link works for fifteen minutes. Please ask for a new mail.',
  },
  unknown: {
    tone: 'bad',
    title: 'This link is not valid',
    text: 'Please open the link from the newest mail, or ask for a new one.',
  },
  malformed: {
    tone: 'bad',
    title: 'This link is incomplete',
    text: 'Some mail programs break long links. Please copy the whole link from the mail into the address bar.',
  },
} as const;

/** How a verification ended, in words for the customer. */
export function resultPage(result: keyof typeof RESULTS, root: string): Html {
  const { tone, title, text } = RESULTS[result];
  return layout(
    { title, root },
    html`<section class="card ${tone}">
<h1>${title}</h1>
<p>${text}</p>
</section>`,
  );
}
