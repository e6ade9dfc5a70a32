import { html } from 'hono/html';

/** Markup in which every inserted value was escaped. */
export type Html = ReturnType<typeof html>;

/** A whole page around the content. Works without JavaScript. */
export function layout(title: string, content: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title} · Howdah</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/howdah.css">
</head>
<body>
<header class="top"><a href="/">Howdah</a></header>
<main>
${content}
</main>
</body>
</html>`;
}
