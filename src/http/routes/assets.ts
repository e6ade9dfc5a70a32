import { etag } from 'hono/etag';
import type { App } from '../app-dependencies.ts';
import { readStyleSheet } from '../pages/read-style-sheet.ts';

/** The style sheet of all pages but those of the dashboard. */
export function addAssetRoutes(app: App): void {
  const styleSheet = readStyleSheet(new URL('../assets/howdah.css', import.meta.url));
  app.get('/assets/howdah.css', etag(), (c) => {
    return c.body(styleSheet, 200, {
      'Content-Type': 'text/css; charset=utf-8',
      'Cache-Control': 'no-cache',
    });
  });
}
