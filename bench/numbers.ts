// npm run bench:numbers: what it takes to look through a text for numbers that a double does not hold, and through what it says
// for what cannot be kept, each beside JSON.parse of the same text.
import { findShapeMistake } from '../src/db/json-shape.ts';
import { findRoundedNumber } from '../src/tasks/rounded-number.ts';
import { leastCpuMs } from './cpu-time.ts';
import { jsonTexts } from './json-texts.ts';

for (const [name, text] of Object.entries(jsonTexts())) {
  const parseMs = leastCpuMs(() => JSON.parse(text));
  const value: unknown = JSON.parse(text);
  report(
    name,
    parseMs,
    leastCpuMs(() => findRoundedNumber(text)),
  );
  report(
    `${name}, its shape`,
    parseMs,
    leastCpuMs(() => findShapeMistake(value, 'payload')),
  );
}

function report(name: string, parseMs: number, findMs: number): void {
  const figures = [parseMs, findMs].map((ms) => ms.toFixed(0).padStart(6)).join(' / ');
  console.log(`${name.padEnd(42)}${figures} ms   ${(findMs / parseMs).toFixed(1)}x   target: under 10x`);
}
