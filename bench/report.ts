import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import type { Place } from './drain.ts';
import type { Figures, Spread } from './figures.ts';

export interface Result {
  place: Pick<Place, 'name' | 'setup' | 'server'>;
  jobs: number;
  figures: Figures;
}

export interface Circumstances {
  rounds: number;
  concurrency: number;
  servers: Readonly<Record<'postgres' | 'redis', string>>;
}

const PAGE = new URL('../docs/performance.md', import.meta.url);
const RAW = new URL('../docs/performance.json', import.meta.url);
const CHART = new URL('../docs/performance.svg', import.meta.url);
const [BEGIN, END] = ['<!-- drain -->', '<!-- /drain -->'];

/** Puts the figures into docs/performance.md, between its marks, and beside it as JSON and as a chart. */
export async function report(results: readonly Result[], circumstances: Circumstances): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const [before = '', rest = ''] = page.split(BEGIN);
  const [, after = ''] = rest.split(END);
  const text = [describe(circumstances), table(results), setups(results)].join('\n\n');
  await writeFile(PAGE, `${before}${BEGIN}\n\n${text}\n\n${END}${after}`);
  await writeFile(RAW, `${JSON.stringify({ circumstances, results }, null, 2)}\n`);
  await writeFile(CHART, chart(results));
}

function describe({ rounds, concurrency, servers }: Circumstances): string {
  const [{ model = 'unknown' } = {}] = cpus();
  return [
    `${cpus().length} cores (${model.trim()}), Node ${process.versions.node}. ${servers.postgres}. ${servers.redis}.`,
    `Medians of ${rounds} rounds in which all take turns, least and greatest in brackets; ${concurrency} runs at once.`,
  ].join('\n');
}

function table(results: readonly Result[]): string {
  const rows = results.map(({ place, jobs, figures }) => [
    place.name,
    jobs.toLocaleString('en'),
    cell(figures.jobsPerSecond, 0),
    cell(figures.nodeMs, 1),
    cell(figures.serverMs, 1),
    cell(figures.peakMb, 0),
  ]);
  return toTable([
    ['', 'jobs', 'jobs/s', 'ms of Node for 1,000', 'ms of the server for 1,000', 'peak of the worker, MiB'],
    ...rows,
  ]);
}

function toTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0), 3),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function cell({ median, least, most }: Spread, digits: number): string {
  const show = (value: number) =>
    value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${show(median)} (${show(least)}–${show(most)})`;
}

function setups(results: readonly Result[]): string {
  return results.map(({ place }) => `- **${place.name}**: ${place.setup}.`).join('\n');
}

/** Bars of CPU for 1,000 jobs, Node's and the server's one after the other. */
function chart(results: readonly Result[]): string {
  const most = Math.max(...results.map(({ figures }) => figures.nodeMs.median + figures.serverMs.median));
  const bars = results.map(({ place, figures }, row) => {
    const { nodeMs, serverMs } = figures;
    const [node, server] = [nodeMs, serverMs].map(({ median }) => (420 * median) / most) as [number, number];
    const y = 30 + 26 * row;
    return [
      `<text x="190" y="${y + 13}" text-anchor="end">${place.name}</text>`,
      `<rect x="200" y="${y}" width="${node.toFixed(1)}" height="18" fill="#2f6f4f"/>`,
      `<rect x="${(200 + node).toFixed(1)}" y="${y}" width="${server.toFixed(1)}" height="18" fill="#8fb8de"/>`,
      `<text x="${(206 + node + server).toFixed(1)}" y="${y + 13}">${(nodeMs.median + serverMs.median).toFixed(0)}</text>`,
    ].join('\n');
  });
  const height = 40 + 26 * results.length;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 ${height}" font-family="sans-serif" font-size="12">
<title>CPU for 1,000 jobs in milliseconds: Node (dark) and the server (light)</title>
<rect width="680" height="${height}" fill="#fff"/>
<text x="200" y="18">CPU for 1,000 jobs, ms: Node (dark) and the server (light)</text>
${bars.join('\n')}
</svg>
`;
}
