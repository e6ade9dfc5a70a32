import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import pg from 'pg';
import { parseInstant } from '../../src/db/parse-instant.ts';

const byPg = pg.types.getTypeParser(1184, 'text') as (text: string) => Date | number;
const msOf = (value: Date | number) => (typeof value === 'number' ? value : value.getTime());

test('instants as our sessions write them are read as pg reads them', () => {
  const digits = fc.integer({ min: 0, max: 999_999 }).map((each) => String(each).padStart(6, '0'));
  const instants = fc.date({
    min: new Date(-30_000_000_000_000),
    max: new Date(253_402_300_799_000),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(instants, digits, fc.integer({ min: 0, max: 6 }), (instant, fraction, count) => {
      const second = instant.toISOString().slice(0, 19).replace('T', ' ');
      const text = `${second}${count === 0 ? '' : `.${fraction.slice(0, count)}`}+00`;
      let isOther = false;
      const read = parseInstant(text, () => {
        isOther = true;
        return 0;
      });
      assert.equal(isOther, false, text);
      assert.equal(msOf(read), msOf(byPg(text)), text);
    }),
  );
});

for (const text of [
  'infinity',
  '-infinity',
  '0044-03-15 00:00:00+00 BC',
  '0099-01-01 00:00:00+00',
  '10000-01-01 00:00:00+00',
  '2026-11-26 04:05:06+02',
  '2026-11-26 04:05:06.1+05:30',
  '2026-11-26 04:05:06.1-03',
]) {
  test(`"${text}" is left to pg`, () =>
    assert.equal(
      parseInstant(text, () => 'left'),
      'left',
    ));
}
