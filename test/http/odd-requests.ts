import fc from 'fast-check';
import { NASTY_TEXTS } from '../support/nasty-texts.ts';
import { HOSTILE } from './hostile-members.ts';

/** As bytes where it is no text. */
export type OddBody = string | Uint8Array<ArrayBuffer>;

/** JSON whose members have names that mean something in JavaScript, and numbers at the ends of what there is. */
export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE) },
  fc.constantFrom<unknown>(0, -0, 5e-324, 1e308, 2 ** 31, 2 ** 53, -(2 ** 63), 1e21, 0.1),
  fc.dictionary(
    fc.constantFrom(
      'toString',
      'valueOf',
      'toJSON',
      'then',
      'length',
      'constructor',
      '__proto__',
      '',
      '\0',
      '\\',
      '"',
    ),
    fc.jsonValue(),
    { maxKeys: 3 },
  ),
  fc.nat(200).map((depth) => JSON.parse('['.repeat(depth + 1) + ']'.repeat(depth + 1))),
);

const TOKENS = [
  ...HOSTILE.map((value) => JSON.stringify(value)),
  ...['{}', '""', '-1', 'true'],
  ...[
    '1e400',
    '-1e400',
    '9007199254740993',
    '1234567890123456791.0',
    '-0',
    '0e999999999',
    '1E+5',
    '01',
    '0x1',
    'NaN',
    '.5',
  ],
  ...[
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"\\u0000"',
    '"\t"',
    '"\\x"',
    "'x'",
    '{"a":1,"a":2}',
    '{"__proto__":1}',
    '',
  ],
  ...[`"${'x'.repeat(70_000)}"`, '['.repeat(3_000), '{"a":'.repeat(3_000), '1'.repeat(5_000)],
];

/** The JSON with something wrong in it: one of its values, a member that comes twice, what stands around it, or its bytes. */
export function bodyOf(json: fc.Arbitrary<string>): fc.Arbitrary<OddBody> {
  const place = fc.nat();
  return fc.oneof(
    {
      weight: 5,
      arbitrary: fc
        .tuple(json, place, fc.constantFrom(...TOKENS))
        .map(([text, at, token]) => withToken(text, at, token)),
    },
    fc.tuple(json, json).map(([text, other]) => text.replace(/\}$/, `,${other.slice(1)}`)),
    fc.tuple(fc.constantFrom('\uFEFF', ' \n', '//', ',', '\0'), json).map((parts) => parts.join('')),
    fc.tuple(json, fc.constantFrom('\0', ' ', ',', '}', 'x')).map((parts) => parts.join('')),
    fc.tuple(json, place, fc.uint8Array({ minLength: 1, maxLength: 3 })).map(withBytes),
    json.map((text) => new Uint8Array(Buffer.from(text, 'utf16le'))),
  );
}

/** In the place of one of the values. */
function withToken(json: string, at: number, token: string): string {
  const values = [...json.matchAll(/(?<=[:[,])("(\\.|[^"\\])*"(?!:)|[\d.eE+-]+|true|false|null)/g)];
  const value = values[at % values.length];
  if (value === undefined) return token;
  return json.slice(0, value.index) + token + json.slice(value.index + value[0].length);
}

function withBytes([json, at, bytes]: [string, number, Uint8Array]): OddBody {
  const whole = Buffer.from(json);
  const place = at % (whole.length + 1);
  return new Uint8Array(Buffer.concat([whole.subarray(0, place), bytes, whole.subarray(place)]));
}

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const HEADERS: Readonly<Record<string, readonly string[]>> = {
  'Content-Type': [
    ...[
      '',
      'text/plain',
      'application/json; charset=utf-16',
      'application/json;charset="x',
      'application/JSON ;',
      'json',
    ],
    ...[
      'application/problem+json',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'application/json, text/html',
    ],
  ],
  'Content-Encoding': ['gzip', 'identity', ' ', 'br, identity'],
  'Idempotency-Key': ['', ' ', '"k"', 'k', 'k, k', 'k'.repeat(256), '__proto__', "';--"],
  traceparent: [
    ...[
      '',
      '00',
      `00-${TRACE}-b7ad6b7169203331-01`,
      `ff-${TRACE}-b7ad6b7169203331-01`,
      `00-${TRACE}-b7ad6b7169203331-zz`,
    ],
    ...[`01-${TRACE}-b7ad6b7169203331-01-x`, `00-${'0'.repeat(32)}-${'0'.repeat(16)}-00`, 'x'.repeat(5_000)],
  ],
  'X-Request-Id': ['', 'x'.repeat(200), '<b>', "'"],
  'X-Forwarded-For': ['unknown', '::', '1.2.3.4, , ,', 'x'.repeat(5_000)],
  Forwarded: ['for="', 'for=;;,', 'host="<b>"'],
  Accept: ['', 'text/html', '*/*;q=x', 'text/event-stream'],
  'If-None-Match': ['*', '"', 'W/"x"', ','],
  'Last-Event-ID': ['', 'x', '9'.repeat(40)],
};

/** Mostly none. */
export const oddHeaders: fc.Arbitrary<Record<string, string>> = fc.oneof(
  { weight: 5, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc
      .array(
        fc
          .constantFrom(...Object.entries(HEADERS))
          .chain(([name, values]) =>
            fc.constantFrom(...values, ...NASTY_TEXTS).map((value) => [name, value] as const),
          ),
        { minLength: 1, maxLength: 2 },
      )
      .map((pairs) => Object.fromEntries(pairs)),
  },
);

/** What stands after a parameter's `=`, as it is sent; mostly nothing. */
export const oddQuery: fc.Arbitrary<string | undefined> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '%',
      '%zz',
      '%C0%80',
      '%ED%A0%80',
      '%FF',
      '%00',
      '+',
      '&',
      '&=',
      '[]=1',
      '%26',
      'x&x&x=1',
    ),
  },
);
