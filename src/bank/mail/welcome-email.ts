import { html } from './html.ts';
import { paragraph, renderLayout } from './layout.ts';
import { plainLine } from './plain-line.ts';
import type { RenderedMail } from './rendered-mail.ts';

export interface WelcomeEmailParts {
  username: string;
  /** The name the customer's account goes by. */
  account: string;
}

/** The mail that greets a new customer. */
export function renderWelcomeEmail(parts: WelcomeEmailParts): RenderedMail {
  const named = { username: plainLine(parts.username), account: plainLine(parts.account) };
  return {
    subject: `Welcome to Simple Bank, ${named.username}`,
    text: renderText(named),
    html: renderHtml(named),
  };
}

function renderText({ username, account }: WelcomeEmailParts): string {
  return `Hello ${username},

welcome to Simple Bank. Your account is open; its name is:

${account}

Please also confirm your e-mail address: another mail with a link is on its way to you.

Simple Bank, powered by Howdah
`;
}

function renderHtml({ username, account }: WelcomeEmailParts): string {
  return renderLayout({
    title: 'Welcome to Simple Bank',
    preview: `Your account ${account} is open.`,
    body: html`${paragraph(html`Hello ${username},`)}
${paragraph(html`welcome to Simple Bank. Your account is open; its name is:`)}
<p style="margin:0 0 16px;padding:12px 16px;background:#f1f4f2;border-radius:8px;font-weight:600">${account}</p>
${paragraph(html`Please also confirm your e-mail address: another mail with a link is on its way to you.`)}`,
  });
}
