import { html } from './html.ts';
import { button, paragraph, renderLayout } from './layout.ts';
import { plainLine } from './plain-line.ts';
import type { RenderedMail } from './rendered-mail.ts';

export interface VerifyEmailParts {
  username: string;
  /** Absolute address of the page that asks for the confirming click. */
  link: string;
  expiresInMinutes: number;
}

/** The mail that asks a new customer to confirm their address. */
export function renderVerifyEmail(parts: VerifyEmailParts): RenderedMail {
  const named = { ...parts, username: plainLine(parts.username) };
  return { subject: 'Confirm your e-mail address', text: renderText(named), html: renderHtml(named) };
}

function renderText({ username, link, expiresInMinutes }: VerifyEmailParts): string {
  return `Hello ${username},

thank you for joining Simple Bank. Please confirm that this is your e-mail address by opening this page and pressing its button:

${link}

The link works once, for ${expiresInMinutes} minutes. If you did not sign up, ignore this mail: nothing will happen.

Simple Bank, powered by Howdah
`;
}

function renderHtml({ username, link, expiresInMinutes }: VerifyEmailParts): string {
  return renderLayout({
    title: 'Confirm your e-mail address',
    preview: `One click and your Simple Bank account is ready. The link works for ${expiresInMinutes} minutes.`,
    body: html`${paragraph(html`Hello ${username},`)}
${paragraph(html`thank you for joining Simple Bank. Please confirm that this is your e-mail address.`)}
${button('Confirm my address', link)}
${paragraph(html`If the button does not work, open this address in your browser:<br><a href="${link}" style="color:#0d7a5c;word-break:break-all">${link}</a>`)}
${paragraph(html`The link works once, for ${expiresInMinutes} minutes. If you did not sign up, ignore this mail: nothing will happen.`)}`,
  });
}
