import { html } from './html.ts';
import { paragraph, renderLayout } from './layout.ts';
import type { RenderedMail } from './rendered-mail.ts';

const TITLE = 'You have an account already';
const WHAT =
  'somebody signed up at Simple Bank with this e-mail address, for which there is an account already. No other one was opened.';
const WHAT_TO_DO =
  'If that was you, use the account that you have; if its address is not confirmed yet, ask for the confirming mail again. If it was somebody else, there is nothing to do: they were told nothing about you.';

/** The mail to the owner of an address that somebody signed up with again. It says nothing that a stranger wrote. */
export function renderAccountExistsEmail(): RenderedMail {
  return { subject: TITLE, text: renderText(), html: renderHtml() };
}

function renderText(): string {
  return `Hello,

${WHAT}

${WHAT_TO_DO}

Simple Bank, powered by Howdah
`;
}

function renderHtml(): string {
  return renderLayout({
    title: TITLE,
    preview: 'Somebody signed up with your e-mail address.',
    body: html`${paragraph(html`Hello,`)}
${paragraph(html`${WHAT}`)}
${paragraph(html`${WHAT_TO_DO}`)}`,
  });
}
