import type { Paint } from './table.ts';
import { printable } from './text-width.ts';

/** A line a fact, names aligned; those that are undefined are left out, and further lines are indented. */
export function renderFacts(facts: Readonly<Record<string, string | undefined>>, paint: Paint): string {
  const known = Object.entries(facts).filter((fact): fact is [string, string] => fact[1] !== undefined);
  const width = Math.max(0, ...known.map(([name]) => name.length));
  return known
    .map(([name, value]) => {
      const lines = value.split('\n').map(printable);
      return `  ${paint('dim', name.padEnd(width))}  ${lines.join(`\n${' '.repeat(width + 4)}`)}`;
    })
    .join('\n');
}
