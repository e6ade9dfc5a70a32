import { type Html, html } from './html.ts';

/** What every mail of the bank looks like around its own words. */
export interface LayoutParts {
  title: string;
  /** The line mail clients show beside the subject. */
  preview: string;
  body: Html;
}

const FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

/** A whole HTML document; tables and inline styles, since mail clients drop style sheets. */
export function renderLayout({ title, preview, body }: LayoutParts): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<title>${title}</title>
</head>
<body style="margin:0;padding:0;background:#f1f4f2">
<div style="display:none;max-height:0;overflow:hidden">${preview}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f1f4f2">
<tr><td align="center" style="padding:32px 16px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:520px">
<tr><td style="padding:0 4px 16px;${FONT};font-size:17px;font-weight:700;color:#0d5c46">Simple Bank</td></tr>
<tr><td style="padding:32px;background:#ffffff;border:1px solid #dfe6e2;border-radius:12px;${FONT};font-size:16px;line-height:1.55;color:#1d2b26">
<h1 style="margin:0 0 16px;font-size:22px;line-height:1.3;color:#12211b">${title}</h1>
${body}
</td></tr>
<tr><td style="padding:16px 4px 0;${FONT};font-size:13px;line-height:1.5;color:#64736c">Simple Bank, powered by Howdah. This mail was sent automatically; nobody reads replies to it.</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`.toString();
}

/** A sentence or two on their own. */
export function paragraph(content: Html): Html {
  return html`<p style="margin:0 0 16px">${content}</p>`;
}

/** A link that looks like a button; a table cell carries the colour, for clients that ignore padding on links. */
export function button(label: string, link: string): Html {
  return html`<table role="presentation" cellpadding="0" cellspacing="0" style="margin:8px 0 24px"><tr>
<td style="background:#0d7a5c;border-radius:8px"><a href="${link}" style="display:inline-block;padding:13px 26px;font-weight:600;color:#ffffff;text-decoration:none">${label}</a></td>
</tr></table>`;
}
