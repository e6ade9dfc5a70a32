import type { Row, Section } from '../section.ts';
import { show } from './figures-table.ts';

const COLORS = ['#2f6f4f', '#8fb8de', '#d9a441', '#b0b0b0'];
const [LEFT, WIDTH, BAR, GAP, TOP] = [260, 380, 18, 26, 30];

/** Bars, a line each row, its figures one after the other, and their sum. SVG. */
export function chart(
  { chart: { title, keys, rows: has = () => true }, columns }: Section,
  all: readonly Row[],
): string {
  const rows = all.filter(has);
  const sums = rows.map((row) => keys.reduce((sum, key) => sum + medianOf(row, key), 0));
  const most = Math.max(...sums, Number.MIN_VALUE);
  const digits = columns.find(({ key }) => key === keys[0])?.digits ?? 0;
  const bars = rows.map((row, index) =>
    bar(row, { keys, index, scale: WIDTH / most, text: show(sums[index] ?? 0, digits) }),
  );
  const height = TOP + 10 + GAP * rows.length;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 ${height}" font-family="sans-serif" font-size="12">
<title>${title}</title>
<rect width="720" height="${height}" fill="#fff"/>
<text x="${LEFT}" y="18">${title}</text>
${bars.join('\n')}
</svg>
`;
}

interface BarOptions {
  keys: readonly string[];
  index: number;
  scale: number;
  text: string;
}

function bar(row: Row, { keys, index, scale, text }: BarOptions): string {
  const y = TOP + GAP * index;
  let x = LEFT;
  const parts = keys.map((key, place) => {
    const width = medianOf(row, key) * scale;
    const part = `<rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" fill="${COLORS[place]}"/>`;
    x += width;
    return part;
  });
  const label = [row.contender, row.when].filter(Boolean).join(', ');
  return [
    `<text x="${LEFT - 10}" y="${y + 13}" text-anchor="end">${label}</text>`,
    ...parts,
    `<text x="${(x + 6).toFixed(1)}" y="${y + 13}">${text}</text>`,
  ].join('\n');
}

function medianOf({ figures }: Row, key: string): number {
  return figures[key]?.median || 0; // NaN, and null as JSON has it
}
