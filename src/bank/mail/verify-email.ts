import { html } from './html.ts';
import { button, paragraph, renderLayout } from './layout.ts';
import type { RenderedMail } from './rendered-mail.ts';

export interface VerifyEmailParts {
  /** Absolute address of the page that asks for the confirming click. */
  link: string;
  expiresInMinutes: number;
}

/** The mail that asks a new customer to confirm their address. It says nothing that the customer, or a stranger, wrote. */
export function renderVerifyEmail(parts: VerifyEmailParts): RenderedMail {
  return { subject: 'Confirm your e-mail address', text: renderText(parts), html: renderHtml(parts) };
}

function renderText({ link, expiresInMinutes }: VerifyEmailParts): string {
  return `Hello,

thank you for joining Simple Bank. Please confirm that this is your e-mail address by opening this page and pressing its button:

${link}

The link works once, for ${expiresInMinutes} minutes. If you did not sign up, ignore this mail: nothing will happen.

Simple Bank, powered by Howdah
`;
}

function renderHtml({ link, expiresInMinutes }: VerifyEmailParts): string {
  return renderLayout({
    title: 'Confirm your e-mail address',
    preview: `One click and your Simple Bank account is ready. The link works for ${expiresInMinutes} minutes.`,
    body: html`${paragraph(html`Hello,`)}
${paragraph(html`thank you for joining Simple Bank. Please confirm that this is your e-mail address.`)}
${button('Confirm my address', link)}
${paragraph(html`If the button does not work, open this address in your browser:<br><a href="${link}" style="color:#0d7a5c;word-break:break-all">${link}</a>`)}
${paragraph(html`The link works once, for ${expiresInMinutes} minutes. If you did not sign up, ignore this mail: nothing will happen.`)}`,
  });
}
