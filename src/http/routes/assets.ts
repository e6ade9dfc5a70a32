import { readFileSync } from 'node:fs';
import { etag } from 'hono/etag';
import type { App } from '../app-dependencies.ts';

/** The style sheet of all pages. */
export function addAssetRoutes(app: App): void {
  const styleSheet = readFileSync(new URL('../assets/howdah.css', import.meta.url), 'utf8');
  app.get('/assets/howdah.css', etag(), (c) => {
    return c.body(styleSheet, 200, {
      'Content-Type': 'text/css; charset=utf-8',
      'Cache-Control': 'no-cache',
    });
  });
}
