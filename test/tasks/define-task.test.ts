import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { z as old } from 'zod/v3';
import { bind } from '../../src/tasks/bind.ts';
import { defineTask } from '../../src/tasks/define-task.ts';

const define = (payload: z.ZodType<unknown>) => defineTask({ name: 'works', payload });
const member = (schema: z.ZodType<unknown>) => z.object({ when: schema });

const date = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (value) => value.toISOString(),
});
const tags = z.codec(z.array(z.string()), z.set(z.string()), {
  decode: (list) => new Set(list),
  encode: (set) => [...set],
});

interface Tree {
  at?: Date | undefined;
  children: Tree[];
}
const tree: z.ZodType<Tree> = z.object({
  at: z.date().optional(),
  children: z.lazy(() => z.array(tree)),
});

const REFUSED: [string, z.ZodType<unknown>, RegExp][] = [
  [
    'a date',
    member(z.date()),
    /payload\.when: JSON cannot carry z\.date\(\); have z\.codec\(z\.iso\.datetime/,
  ],
  ['a payload that is a date', z.date(), /payload: JSON cannot carry z\.date\(\)/],
  ['a map', member(z.map(z.string(), z.number())), /payload\.when: .*z\.map\(\); have z\.record/],
  ['a set', member(z.set(z.string())), /payload\.when: .*z\.set\(\); have z\.array/],
  ['a symbol', member(z.symbol()), /z\.symbol\(\); have z\.enum/],
  ['undefined', member(z.union([z.string(), z.undefined()])), /z\.undefined\(\); have \.optional\(\)/],
  ['void', member(z.void()), /z\.void\(\); have z\.null\(\)/],
  ['NaN', member(z.nan()), /z\.nan\(\); have z\.null\(\)/],
  ['a file', member(z.file()), /z\.file\(\); have z\.string\(\)/],
  ['an instance of a class', member(z.instanceof(URL)), /z\.instanceof\(URL\); have a codec/],
  ['a literal bigint', member(z.literal([1, 2n])), /z\.literal\(2\); have a text/],
  ['a literal undefined', member(z.literal(undefined)), /z\.literal\(undefined\)/],
  ['a list of dates', z.array(z.date()), /payload\[0\]: .*z\.date/],
  ['a list with gaps', z.array(z.string().optional()), /payload\[0\]: .*missing; have \.nullable\(\)/],
  ['a tuple', z.tuple([z.string(), z.date()]), /payload\[1\]: .*z\.date/],
  ['the rest of a tuple', z.tuple([z.string()], z.date()), /payload\[1\]: .*z\.date/],
  ['a union', member(z.union([z.string(), z.date()])), /payload\.when: .*z\.date/],
  ['an intersection', z.intersection(member(z.string()), z.object({ x: z.date() })), /payload\.x: .*z\.date/],
  ['a record', z.record(z.string(), z.date()), /payload\.\*: .*z\.date/],
  ['all other members', z.object({}).catchall(z.date()), /payload\.\*: .*z\.date/],
  ['an optional member', member(z.date().optional()), /payload\.when: .*z\.date/],
  [
    'one with a default',
    member(z.date().default(new Date(0)).nullable().readonly()),
    /payload\.when: .*z\.date/,
  ],
  ['what a transform is given', member(z.date().transform(String)), /payload\.when: .*z\.date/],
  [
    'what a codec is given',
    member(z.codec(z.date(), z.string(), { decode: String, encode: (text) => new Date(text) })),
    /payload\.when: .*z\.date/,
  ],
  ['a schema that refers to itself', tree, /payload\.at: .*z\.date/],
  [
    'a transform beside a codec',
    z.object({ when: date, count: z.string().transform(Number) }),
    /payload\.count: a transform works one way only/,
  ],
  [
    'a catch beside a codec',
    z.object({ when: date, word: z.string().catch('') }),
    /payload\.word: \.catch\(\) works one way only/,
  ],
];

const TAKEN: [string, z.ZodType<unknown>][] = [
  ['a date by a codec', member(date)],
  ['a set by a codec, in a list, that may be missing', z.object({ tags: z.array(tags).optional() })],
  ['a bigint', member(z.bigint())],
  ['a text that is made a date of', member(z.iso.datetime().transform((text) => new Date(text)))],
  ['a date that is made of whatever comes', member(z.coerce.date())],
  ['what is preprocessed to a date', member(z.preprocess((value) => new Date(String(value)), z.date()))],
  ['a schema that refers to what is not there yet', z.lazy(() => later)],
  ['any JSON', z.json()],
  ['anything', z.unknown()],
  ['a check in code', member(z.custom<string>((value) => value === 'a'))],
  ['a tuple whose end may be missing', z.tuple([z.string(), z.string().optional()])],
];

describe('defineTask', () => {
  for (const [what, payload, message] of REFUSED) {
    test(`refuses ${what}, and says where and what to use`, () => {
      assert.throws(
        () => define(payload),
        (error) => {
          assert.ok(error instanceof TypeError);
          assert.match(error.message, /^Task definition "works": payload/);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }

  for (const [what, payload] of TAKEN) {
    test(`takes ${what}`, () => assert.equal(define(payload).payload, payload));
  }

  test('names every part at once', () => {
    const payload = z.object({ at: z.date(), by: z.instanceof(URL), tags: z.set(z.string()) });
    assert.throws(() => define(payload), /payload\.at: .*; payload\.by: .*; payload\.tags: /);
  });
});

describe('a setting', () => {
  const schema = z.strictObject({ id: z.string() });
  for (const [what, settings, message] of [
    [
      'that is misspelt',
      { name: 'works', payload: schema, maxRetry: 3 },
      'maxRetry: there is no such setting',
    ],
    [
      'of the policy',
      { name: 'works', payload: schema, retryDelay: () => 1 },
      'retryDelay: there is no such setting, but one of the policy beside the handler',
    ],
    [
      'that is not there',
      { payload: schema },
      'name: expected 1 to 128 of A-Z a-z 0-9 _ -, received undefined',
    ],
    [
      'of zod 3',
      { name: 'works', payload: old.object({}) },
      'payload: expected a schema of zod 4, .*, received one of zod 3',
    ],
    ['of no schema', { name: 'works' }, 'payload: expected a schema of zod 4, .*, received nothing'],
    [
      'of another library',
      { name: 'works', payload: { type: 'object' } },
      'payload: .* received another object',
    ],
    ['of nothing at all', null, 'expected an object with name and payload, received null'],
  ] as [string, never, string][])
    test(`${what} is refused`, () =>
      assert.throws(() => defineTask(settings), { name: 'TypeError', message: new RegExp(`: ${message}$`) }));
});

test('a policy has only what there is, and a handler is a function', () => {
  const definition = defineTask({ name: 'works', payload: z.unknown() });
  const handle = async () => {};
  for (const [handler, policy, message] of [
    [handle, { retryDelay: 5_000 }, 'retryDelay: expected a function, received 5000'],
    [
      handle,
      { discardOn: RangeError, classify: 1 },
      'discardOn: expected a list of .*; classify: expected a function, received 1',
    ],
    [handle, { maxRetries: 1 }, 'maxRetries: there is no such setting of a policy'],
    [handle, { isolate: 'process' }, "isolate: expected 'thread' or none, received process"],
    [
      handle,
      { abandonAfterMs: -1 },
      'abandonAfterMs: expected a whole number from 0 to 2147483647, received -1',
    ],
    [handle, null, 'policy: expected an object, received null'],
    [undefined, {}, 'handler: expected a function, received undefined'],
  ] as [never, never, string][])
    assert.throws(() => bind(definition, handler, policy), {
      name: 'TypeError',
      message: new RegExp(`^Task "works": ${message}`),
    });
  bind(definition, handle, { retryDelay: undefined } as never);
});

describe('the field that a task goes in the order of', () => {
  const define = (payload: z.ZodType<unknown>, orderBy: string) =>
    defineTask({ name: 'works', payload, orderBy });

  test('is a member of the payload', () => {
    const payloads = [
      z.strictObject({ id: z.string() }),
      z.looseObject({}),
      z.record(z.string(), z.string()),
    ];
    for (const payload of payloads) assert.equal(define(payload, 'id').orderBy, 'id');
    assert.equal(
      define(z.union([z.object({ id: z.string() }), z.object({ no: z.string() })]), 'id').orderBy,
      'id',
    );
  });

  test('is refused where no payload can have it', () => {
    for (const payload of [
      z.object({ no: z.string() }),
      z.strictObject({}),
      z.string(),
      z.array(z.string()),
    ]) {
      assert.throws(() => define(payload, 'id'), /orderBy: expected a member of the payload, received "id"/);
    }
    assert.throws(() => define(z.looseObject({}), ''), /orderBy: .*received ""/);
  });
});

const later = z.string();
