import { greeting } from './greeting.ts';
import { html } from './html.ts';
import { paragraph, renderLayout } from './layout.ts';
import type { RenderedMail } from './rendered-mail.ts';

/** The mail that greets a new customer. @param username of one whose address is verified; nobody else is told a name */
export function renderWelcomeEmail({ username }: { username?: string | undefined } = {}): RenderedMail {
  const hello = greeting(username);
  const rest = username === undefined ? CONFIRM : READY;
  return { subject: 'Welcome to Simple Bank', text: renderText(hello, rest), html: renderHtml(hello, rest) };
}

const CONFIRM = 'Please also confirm your e-mail address: another mail with a link is on its way to you.';
const READY = 'Your e-mail address is confirmed, and everything is ready.';

function renderText(hello: string, rest: string): string {
  return `${hello}

welcome to Simple Bank. Your account is open.

${rest}

If you did not sign up, ignore this mail.

Simple Bank, powered by Howdah
`;
}

function renderHtml(hello: string, rest: string): string {
  return renderLayout({
    title: 'Welcome to Simple Bank',
    preview: 'Your account is open.',
    body: html`${paragraph(html`${hello}`)}
${paragraph(html`welcome to Simple Bank. Your account is open.`)}
${paragraph(html`${rest}`)}
${paragraph(html`If you did not sign up, ignore this mail.`)}`,
  });
}
