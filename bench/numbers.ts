// npm run bench:numbers: what it takes to look for numbers that a double does not hold, beside JSON.parse of the same text.
import { findRoundedNumber } from '../src/db/rounded-number.ts';
import { leastCpuMs } from './cpu-time.ts';
import { jsonTexts } from './json-texts.ts';

for (const [name, text] of Object.entries(jsonTexts())) {
  const parseMs = leastCpuMs(() => JSON.parse(text));
  const findMs = leastCpuMs(() => findRoundedNumber(text));
  const figures = [parseMs, findMs].map((ms) => ms.toFixed(0).padStart(6)).join(' / ');
  console.log(`${name.padEnd(30)}${figures} ms   ${(findMs / parseMs).toFixed(1)}x   target: under 10x`);
}
