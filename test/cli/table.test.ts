import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Column, renderTable } from '../../src/cli/terminal/table.ts';
import { fitText, printable, printableJson, textWidth } from '../../src/cli/terminal/text-width.ts';

type Row = Record<'id' | 'task' | 'error', string>;

const COLUMNS: readonly Column<Row>[] = [
  { title: 'ID', text: ({ id }) => id, align: 'right' },
  { title: 'TASK', text: ({ task }) => task },
  { title: 'ERROR', text: ({ error }) => error },
];
const ROWS: Row[] = [
  { id: '7', task: 'send_mail', error: 'connect ECONNREFUSED 127.0.0.1:25: nobody listens there' },
  { id: '1234', task: '送信', error: '' },
];
const render = (width: number) => renderTable(ROWS, { columns: COLUMNS, width, paint: (_, text) => text });

describe('a table', () => {
  test('shows everything where there is room', () => {
    assert.equal(
      render(Number.POSITIVE_INFINITY),
      [
        '  ID  TASK       ERROR',
        '   7  send_mail  connect ECONNREFUSED 127.0.0.1:25: nobody listens there',
        '1234  送信',
      ].join('\n'),
    );
  });

  test('cuts its widest column first, to the width of the terminal', () => {
    const lines = render(40).split('\n');
    assert.equal(lines[1], '   7  send_mail  connect ECONNREFUSED 1…');
    assert.equal(textWidth(lines[1] ?? ''), 40);
  });

  test('never is wider than the terminal', () => {
    for (let width = 20; width < 80; width++) {
      for (const line of render(width).split('\n')) assert.ok(textWidth(line) <= width, `${width}: ${line}`);
    }
  });

  test('becomes a block a row where columns would be too narrow', () => {
    assert.equal(
      render(20),
      [
        'ID     7',
        'TASK   send_mail',
        'ERROR  connect ECON…',
        '',
        'ID     1234',
        'TASK   送信',
        'ERROR',
      ].join('\n'),
    );
  });
});

describe('a text on a terminal', () => {
  test('can send it no command', () => {
    assert.equal(printable('a\u001b[2Jb\nc\u009bd\u202ee\r\n\tf'), 'a [2Jb c d e f');
  });

  test('is measured in places, not in code units', () => {
    assert.equal(textWidth('e\u0301'), 1);
    assert.equal(textWidth('日本'), 4);
    assert.equal(textWidth('👩‍👩‍👧'), 2);
  });

  test('is cut between characters', () => {
    assert.equal(fitText('日本語', 4), '日… ');
    assert.equal(fitText('abc', 5, 'right'), '  abc');
  });
});

describe('text for a terminal', () => {
  const widths: [string, number][] = [
    ['日本語、テスト。', 16],
    ['サーバー', 8],
    ['「エラー」', 10],
    ['❤️ok', 4],
    ['👩‍👩‍👧‍👦🇩🇪', 4],
    ['مرحبا', 5],
    ['é', 1],
  ];
  for (const [text, width] of widths) {
    test(`takes ${width} places for ${text}`, () => assert.equal(textWidth(text), width));
  }

  test('is JSON of the same meaning, without what would command the terminal', () => {
    const value = { error: 'a\u009b31m\u202eb\u007f\u001b[2J' };
    const json = printableJson(JSON.stringify(value, null, 2));
    assert.match(json, /^[\n\u0020-\u007e]*$/);
    assert.deepEqual(JSON.parse(json), value);
  });
});
