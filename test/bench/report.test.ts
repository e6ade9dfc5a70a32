import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toFigures } from '../../bench/figures.ts';
import { toWaits } from '../../bench/percentiles.ts';
import { serverCpuMs } from '../../bench/processes.ts';
import { figuresTable } from '../../bench/report/figures-table.ts';
import { isWithin } from '../../bench/report/limit.ts';
import { ratiosTable } from '../../bench/report/ratios-table.ts';
import type { Section } from '../../bench/section.ts';

const SECTION: Section = {
  letter: 'z',
  name: 'example',
  title: 'An example',
  question: 'What is it?',
  sizes: {},
  columns: [{ key: 'ms', title: 'ms', digits: 1 }],
  chart: { title: 'ms', keys: ['ms'] },
  ratios: [
    { name: 'in time', of: (rows) => rows.median('howdah', 'ms'), target: { atMost: 3 } },
    { name: 'far off', of: (rows) => rows.median('howdah', 'ms'), target: { atMost: 1 } },
    { name: 'of nobody', of: (rows) => rows.median('nobody', 'ms'), target: { atMost: 1 } },
    { name: 'only told', of: (rows) => rows.median('howdah', 'ms') },
  ],
  run: async () => ({ rows: [], notes: [] }),
};
const ROWS = [
  { contender: 'howdah', figures: toFigures([{ ms: 4 }, { ms: 1 }, { ms: 2 }]) },
  { contender: 'a peer', figures: toFigures([{ ms: Number.NaN }]) },
];

describe('the report of a section', () => {
  test('has medians, least and greatest, and a dash where there is no figure', () => {
    assert.deepEqual(figuresTable(SECTION, ROWS), [
      ['', 'ms'],
      ['howdah', '2.0 (1.0–4.0)'],
      ['a peer', '–'],
    ]);
  });

  test('says of each target whether it was met, and claims nothing of what was not measured', () => {
    assert.deepEqual(ratiosTable(SECTION, ROWS), [
      ['', 'seen', 'target', ''],
      ['in time', '2.00', 'at most 3', 'met'],
      ['far off', '2.00', 'at most 1', '**not met**'],
      ['of nobody', 'not measured', 'at most 1', ''],
      ['only told', '2.00', '', ''],
    ]);
  });

  test('takes a figure that went through JSON for what it was: NaN is null there', () => {
    const rows = JSON.parse(JSON.stringify(ROWS));
    assert.deepEqual(figuresTable(SECTION, rows), figuresTable(SECTION, ROWS));
    assert.deepEqual(ratiosTable(SECTION, rows), ratiosTable(SECTION, ROWS));
  });
});

test('nothing measured is within no limit', () => {
  assert.equal(isWithin(Number.NaN, { atMost: 1 }), false);
  assert.equal(isWithin(0.85, { atLeast: 0.85 }), true);
  assert.equal(isWithin(0.84, { atLeast: 0.85 }), false);
});

test('percentiles are the nearest rank', () => {
  const waits = toWaits(Array.from({ length: 100 }, (_, index) => 100 - index));
  assert.deepEqual(waits, { count: 100, p50: 50, p95: 95, p99: 99, max: 100 });
  assert.equal(toWaits([]).p99, Number.NaN);
});

test('a session that ends while processes are read is not lost from the CPU of its server', () => {
  const server = { parent: 0, own: 1, ended: 10 };
  const session = { parent: 100, own: 500, ended: 0 };
  let isOver = false;
  const cpuMs = serverCpuMs(100, {
    ids() {
      isOver = true; // listed, and gone before it is looked at
      return [100, 101, 102];
    },
    statOf(pid) {
      if (pid === 100) return isOver ? { ...server, ended: server.ended + session.own } : server;
      if (pid === 101) return isOver ? undefined : session;
      return { parent: 1, own: 7_000, ended: 0 };
    },
  });
  assert.equal(cpuMs, 5_110);
});
