import type { Context } from 'hono';
import { html } from 'hono/html';

/** Markup in which every inserted value was escaped. */
export type Html = ReturnType<typeof html>;

/**
 * The way from the page of this request to the front door, such as `../`. Links made with it also lead right behind a
 * proxy that serves the service below a path of a bigger site, whatever the path, and to those who come past the proxy.
 */
export function rootFrom(c: Context): string {
  const depth = new URL(c.req.url).pathname.split('/').length - 2;
  return '../'.repeat(depth) || './';
}

export interface Page {
  title: string;
  /** `rootFrom` the request. */
  root: string;
}

/** A whole page around the content. Works without JavaScript. */
export function layout({ title, root }: Page, content: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title} · Howdah</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${root}assets/howdah.css">
</head>
<body>
<header class="top"><a href="${root}">Howdah</a></header>
<main>
${content}
</main>
</body>
</html>`;
}
