import { readFileSync } from 'node:fs';

const BASE = new URL('../assets/base.css', import.meta.url);

/** A style sheet as pages load it: what all have in common, and then its own rules. */
export function readStyleSheet(file: URL): string {
  return `${readFileSync(BASE, 'utf8')}\n${readFileSync(file, 'utf8')}`;
}
