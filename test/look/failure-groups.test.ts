import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { type OpenJobs, openJobs } from './open-jobs.ts';

let jobs: OpenJobs;
before(async () => {
  jobs = await openJobs();
});
after(() => jobs.drop());

async function normalise(errors: readonly string[]): Promise<string[]> {
  const { rows } = await jobs.pool.query(
    'select howdah.normalised_error(e) as error from unnest($1::text[]) with ordinality x (e, n) order by n',
    [errors],
  );
  return rows.map(({ error }) => error);
}

describe('howdah.normalised_error', () => {
  const SAME: [string, ...string[]][] = [
    ['connect ECONNREFUSED …', 'connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED ::1:5432'],
    ['column … does not exist', 'column "foo" does not exist', `column 'it's mine' does not exist`],
    ['… <…>: Recipient rejected', '550 5.1.1 <a.b+c@bank.example>: Recipient rejected'],
    [`can't find … of bob's`, `can't find 'ada' of bob's`, `can't find “漢字” of bob's`],
    ['ids … and … are gone', 'ids 1, 2, 3 and 4 are gone', 'ids 17 and 18 are gone'],
    ['cus_… is gone after …', 'cus_NffrFeUfNV2Hib is gone after 30s', 'cus_00A is gone after 1.5ms'],
    ['ENOENT /var/lib/…/x.txt', 'ENOENT /var/lib/a8f3/x.txt', 'ENOENT /var/lib/2026-11-26/x.txt'],
    ['at … it was', 'at 2026-11-26T06:10:46.123Z it was', 'at 12:30 it was', 'at 1,234.5% it was'],
    ['no … here', 'no 123e4567-e89b-12d3-a456-426614174000 here', 'no deadbeefcafe here'],
    ['std::bad_alloc', 'std::bad_alloc', ' std::bad_alloc \n'],
    ['two lines', 'two\r\n\t lines'],
    ['not JSON: …', 'not JSON: "<!doctype html>', 'not JSON: "{\\"a\\": 1}"'],
    ['…', '""', "''", '7', '-7', '0x1f'],
    ['', '', '   '],
  ];
  for (const [expected, ...errors] of SAME) {
    test(`is ${JSON.stringify(expected)} for ${JSON.stringify(errors)}`, async () => {
      assert.deepEqual(
        await normalise(errors),
        errors.map(() => expected),
      );
    });
  }

  test('is the same whatever stands where things differ from job to job, and never long', async () => {
    const word = fc.constantFrom('connect', 'to', "don't", 'std::', 'refused:', '(x)', 'ECONNREFUSED', 'ä');
    const variable = fc.oneof(
      fc.integer().map(String),
      fc.uuid(),
      // Nobody could tell a quotation from an address with a backtick, or with an apostrophe where a word begins.
      fc.emailAddress({ size: 'small' }).filter((address) => !/`|(^|\W)'/.test(address)),
      fc.ipV4(),
      fc.ipV6().filter((address) => !address.includes('.')),
      fc
        .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
        .map((date) => date.toISOString()),
      fc.stringMatching(/^[a-z ]{0,12}$/).map((text) => `"${text}"`),
      fc.stringMatching(/^[a-z ]{0,12}$/).map((text) => `'${text}'`),
      fc.stringMatching(/^[0-9a-f]{12}$/),
    );
    const piece = fc.oneof(
      word.map((text) => [text, text] as const),
      fc.tuple(variable, variable),
    );
    const property = fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 8 }), async (pieces) => {
      const [one, other] = await normalise([
        pieces.map(([first]) => first).join(' '),
        pieces.map(([, second]) => second).join(' '),
      ]);
      assert.equal(one, other);
      assert.ok(one !== undefined && one.length <= 200 && !/\d/.test(one), one);
    });
    await fc.assert(property, { numRuns: 300 });
  });

  for (const piece of ['g', 'a', 'g@', 'a1:', '"\\', `'x `, '::', 'dead-', '漢', '1, ', '…', ' \n']) {
    test(`takes a bounded time for 100 kB of ${JSON.stringify(piece)}`, async () => {
      const error = piece.repeat(100_000 / piece.length);
      // The second time, as the first compiles.
      const { rows } = await jobs.pool.query(
        `select length(howdah.normalised_error($1 || n)) as length from generate_series(1, 2) n`,
        [error],
      );
      const before = performance.now();
      await jobs.pool.query('select howdah.normalised_error($1 || n) from generate_series(1, 20) n', [error]);
      const tookMs = (performance.now() - before) / 20;
      assert.ok(rows.every(({ length }) => length <= 200) && tookMs < 50, `${tookMs} ms`);
    });
  }
});
