import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let client: pg.Client;
before(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.connectionString });
  await client.connect();
});
after(async () => {
  await client.end();
  await database.drop();
});

interface Found {
  /** Whether the schema's condition holds; null where there is none. */
  holds: boolean | null;
  /** What is found at length. */
  mistakes: string | null;
}

async function look(schema: unknown, payload: unknown): Promise<Found> {
  const { rows } = await client.query<Found>(
    `select case when c.path is not null then
              coalesce(jsonb_path_match($2::text::jsonb, c.path, jsonb_build_object('size', octet_length($2::text)), true), false) end as holds,
            howdah.payload_mistakes_at_length($1, $2::text::json) as mistakes
     from howdah.payload_check($1) c (path)`,
    [JSON.stringify(schema), JSON.stringify(payload)],
  );
  return rows[0] as Found;
}

const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });

/** Each with payloads that are good, and others that are not. */
const SCHEMAS: readonly [what: string, schema: object, good: unknown[], bad: unknown[]][] = [
  ['any object', { type: 'object' }, [{}, { a: 1 }], [[], [{}], 1, null, 'object']],
  ['no type', { properties: { a: {} } }, [{}, { a: 1 }], []],
  ['a text', object({ a: { type: 'string' } }), [{ a: '' }, {}], [{ a: 1 }, { a: ['x'] }, { a: null }]],
  ['a text that must be there', object({ a: { type: 'string' } }, { required: ['a'] }), [{ a: '' }], [{}]],
  ['a text of some length', object({ a: { type: 'string', minLength: 2 } }), [{ a: 'xy' }], [{ a: '' }]],
  [
    'a text that is not too long',
    object({ a: { type: 'string', maxLength: 3 } }),
    [{ a: 'é\n"' }, { a: '' }],
    [{ a: 'four' }, { a: 'a\nb\n' }],
  ],
  [
    'a text of at most 254',
    object({ a: { type: 'string', maxLength: 254 } }),
    [{ a: 'x'.repeat(254) }, { a: 'é'.repeat(254) }],
    [{ a: 'x'.repeat(255) }],
  ],
  [
    'whole numbers in a range',
    object({ a: { type: 'integer', minimum: -3, exclusiveMaximum: 7 } }),
    [{ a: -3 }, { a: 6 }, {}],
    [{ a: 2.5 }, { a: -4 }, { a: 7 }, { a: '5' }, { a: [1, 2] }],
  ],
  [
    'numbers beyond and up to',
    object({ a: { type: 'number', exclusiveMinimum: 0.5, maximum: 1e3 } }),
    [{ a: 0.51 }, { a: 1000 }],
    [{ a: 0.5 }, { a: 1000.1 }],
  ],
  ['one of some texts', object({ a: { type: 'string', enum: ['x', '"'] } }), [{ a: '"' }], [{ a: 'y' }]],
  ['a constant', object({ a: { type: 'boolean', const: true } }), [{ a: true }], [{ a: false }, { a: 1 }]],
  ['null', object({ a: { type: 'null' } }), [{ a: null }], [{ a: 0 }]],
  [
    'lists and objects',
    object({ a: { type: 'array' }, b: { type: 'object' } }),
    [{ a: [], b: {} }],
    [{ a: {} }, { b: [] }, { b: [{}] }],
  ],
  [
    'no others',
    object({ a: {}, 'b"\\': {} }, { additionalProperties: false }),
    [{ a: 1, 'b"\\': 2 }, {}],
    [{ c: 1 }],
  ],
  ['none at all', object({}, { additionalProperties: false }), [{}], [{ a: 1 }]],
];

describe('the condition of a schema', () => {
  for (const [what, schema, good, bad] of SCHEMAS) {
    test(`holds for what is good: ${what}`, async () => {
      for (const payload of good)
        assert.deepEqual(
          await look(schema, payload),
          { holds: true, mistakes: null },
          JSON.stringify(payload),
        );
      for (const payload of bad) {
        const { holds, mistakes } = await look(schema, payload);
        assert.equal(holds, false, JSON.stringify(payload));
        assert.ok(mistakes !== null, JSON.stringify(payload));
      }
    });
  }

  test('is none where a schema asks for what it cannot say', async () => {
    const others = [
      { type: ['object', 'null'] },
      { type: 'string' },
      object({ a: { type: ['string', 'null'] } }),
      object({ a: { type: 'string', enum: [['x']] } }),
      object({ a: { type: 'string', maxLength: 'ten' } }),
      object({ a: { minimum: 1 } }),
      object({ a: { type: 'number', minimum: '1' } }),
      object({ a: true }),
      { type: 'object', properties: 5 },
    ];
    for (const schema of others)
      assert.equal((await look(schema, {})).holds, null, `${JSON.stringify(schema)}`);
  });

  test('never holds for a payload in which something is found at length', async () => {
    const scalar = fc.constantFrom<unknown>(
      '',
      'x',
      'four',
      'é"\\',
      0,
      -4,
      2.5,
      1e3,
      true,
      null,
      [],
      ['x'],
      {},
    );
    const member = fc.record(
      {
        type: fc.constantFrom<unknown>('string', 'number', 'integer', 'boolean', 'array', 'object', [
          'string',
        ]),
        minLength: fc.constantFrom(0, 1, 2),
        maxLength: fc.constantFrom(0, 1, 3, 300),
        minimum: fc.constantFrom(-4, 0, 2.5),
        exclusiveMaximum: fc.constantFrom(0, 3, 1e3),
        const: scalar,
        enum: fc.array(scalar, { maxLength: 3 }),
      },
      { requiredKeys: [] },
    );
    const names = fc.constantFrom('a', 'b"', 'c d');
    const schema = fc.record(
      {
        type: fc.constantFrom('object', 'array'),
        properties: fc.dictionary(names, member),
        required: fc.array(names),
        additionalProperties: fc.boolean(),
      },
      { requiredKeys: ['properties'] },
    );
    const payload = fc.oneof({ weight: 9, arbitrary: fc.dictionary(names, scalar) }, scalar);
    let heldCount = 0;
    const property = fc.asyncProperty(schema, payload, async (wanted, given) => {
      const { holds, mistakes } = await look(wanted, given);
      if (holds) heldCount += 1;
      assert.ok(!holds || mistakes === null, `${mistakes}`);
    });
    await fc.assert(property, { numRuns: 1_000 });
    assert.ok(heldCount > 10, `it held ${heldCount} times`);
  });
});

test('the condition is kept beside the schema, and is none of another schema', async () => {
  await client.query('begin');
  const enqueue = (name: string) =>
    client.query(`select howdah.enqueue('send_welcome_email', $1)`, [JSON.stringify({ user_account: name })]);
  const read = async () => {
    const { rows } = await client.query<{ kept: string; made: string }>(
      `select payload_check::text as kept, howdah.payload_check(payload_schema)::text as made
       from howdah.tasks where name = 'send_welcome_email'`,
    );
    return rows[0] ?? assert.fail();
  };
  const before = await read();
  assert.ok(before.kept.includes('user_account'));
  assert.equal(before.kept, before.made);
  for (const [table, name] of [
    ['tasks', 'name'],
    ['task_versions', 'task'],
  ])
    await client.query(
      `update howdah.${table} set payload_schema = jsonb_set(payload_schema, '{properties,user_account}', '{"const": "ada"}')
       where ${name} = 'send_welcome_email'`,
    );
  await client.query('savepoint refused');
  await assert.rejects(enqueue('bob'), { code: 'HWPAY' });
  await client.query('rollback to refused');
  await enqueue('ada');
  await client.query('select howdah.keep_payload_checks()');
  const after = await read();
  assert.equal(after.kept, after.made);
  assert.notEqual(after.kept, before.kept);
  await assert.rejects(enqueue('bob'), { code: 'HWPAY' });
  await client.query('rollback');
});
