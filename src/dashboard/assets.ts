import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { etag } from 'hono/etag';
import { readStyleSheet } from '../http/pages/read-style-sheet.ts';
import type { DashboardApp } from './dependencies.ts';

const require = createRequire(import.meta.url);
const SCRIPT = 'text/javascript; charset=utf-8';
const STYLE = 'text/css; charset=utf-8';

/** What pages load, all from here: our own scripts and style sheet, and two libraries as their packages have them. */
const ASSETS = [
  { name: 'dashboard.css', type: STYLE, read: () => readStyleSheet(own('dashboard.css')) },
  { name: 'dashboard.js', type: SCRIPT, read: () => readText(own('dashboard.js')) },
  { name: 'search.js', type: SCRIPT, read: () => readText(own('search.js')) },
  {
    name: 'htmx.js',
    type: SCRIPT,
    read: () => readText(beside('htmx.org/package.json', 'dist/htmx.min.js')),
  },
  { name: 'uplot.js', type: SCRIPT, read: () => readText(beside('uplot', 'uPlot.esm.js')) },
  { name: 'uplot.css', type: STYLE, read: () => readText(beside('uplot', 'uPlot.min.css')) },
] as const;

/** Each is read when it is first asked for. */
export function addAssets(app: DashboardApp): void {
  for (const { name, type, read } of ASSETS) {
    let text: string | undefined;
    app.get(`/assets/${name}`, etag(), (c) => {
      text ??= read();
      return c.body(text, 200, { 'Content-Type': type, 'Cache-Control': 'no-cache' });
    });
  }
}

function readText(file: string | URL): string {
  return readFileSync(file, 'utf8');
}

function own(name: string): URL {
  return new URL(`./assets/${name}`, import.meta.url);
}

/** A file of a package, by its place from what the package exports. */
function beside(exported: string, path: string): string {
  return join(dirname(require.resolve(exported)), path);
}
