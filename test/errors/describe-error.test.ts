import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DrizzleQueryError } from 'drizzle-orm/errors';
import pg from 'pg';
import { z } from 'zod';
import { describeError } from '../../src/errors/describe-error.ts';

const SECRET = 'SECRETaccount';

function fromServer(message: string, fields: object): Error {
  return Object.assign(new pg.DatabaseError(message, 100, 'error'), fields);
}

const missingColumn = () => fromServer('column "email" does not exist', { code: '42703' });
const duplicate = () =>
  fromServer('duplicate key value violates unique constraint "users_email_key"', {
    code: '23505',
    detail: `Key (lower(email))=(${SECRET}) already exists.`,
    where: `SQL statement "insert … '${SECRET}'"`,
    constraint: 'users_email_key',
  });
const byDrizzle = (cause: Error) =>
  new DrizzleQueryError('select "email" from "users" where "account" = $1', [SECRET, 1], cause);
const noNumber = () =>
  fromServer(`invalid input syntax for type integer: "${SECRET} "or" more"`, { code: '22P02' });
const prisma = (message: string, name = 'PrismaClientKnownRequestError', fields = {}) =>
  Object.assign(new Error(message), { name, ...fields });
const strict = z.strictObject({ user: z.object({ age: z.number() }) });

const saysInput = z.object({
  pin: z
    .string({ error: ({ input }) => `not ${input}` })
    .max(3, { error: ({ input }) => `too long: ${input}` }),
});
const withInput = (input: unknown) =>
  z.object({ user: z.number(), pin: z.object({ a: z.string() }) }).safeParse(input, { reportInput: true })
    .error as z.ZodError;
const parsing = (text: string) => {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error as Error;
  }
};
const named = (message: string, code: string, fields = {}) => fromServer(message, { code, ...fields });

/** What quotes somebody's text. */
const ECHOED: Record<string, [thrown: unknown, told: string]> = {
  'that takes a value for a relation': [
    named(`relation "${SECRET}" does not exist`, '42P01'),
    'relation "…" does not exist',
  ],
  'that has a relation in its statement': [
    named('relation "users" does not exist', '42P01', { position: '15' }),
    'relation "users" does not exist',
  ],
  'that takes a value for a schema': [
    named(`schema "${SECRET}" does not exist`, '3F000'),
    'schema "…" does not exist',
  ],
  'that takes a value for a configuration': [
    named(`text search configuration "${SECRET}" does not exist`, '42704'),
    'text search configuration "…" does not exist',
  ],
  'that takes a value for a path': [
    named(`syntax error at or near "${SECRET}" of jsonpath input`, '42601'),
    'syntax error at or near "…" of jsonpath input',
  ],
  'that takes a value for a name in another language': [
    named(`Relation »${SECRET}« existiert nicht`, '42P01'),
    'Relation "…" existiert nicht',
  ],
  'that takes a value for a relation, repeated by the task': [
    new Error(`no: relation "${SECRET} x" does not exist`),
    'no: relation "…" does not exist',
  ],
  'of a mail server that repeats a login': [
    Object.assign(new Error(`Invalid login: 535 5.7.8 bad credentials: AUTH PLAIN AG${SECRET}==`), {
      code: 'EAUTH',
    }),
    'Invalid login: 535 5.7.8 bad credentials: AUTH PLAIN …',
  ],
  'of a mail server that does not know the command': [
    new Error(`500 5.5.1 unknown command "AUTH PLAIN AG${SECRET}=="`),
    '500 5.5.1 unknown command "AUTH PLAIN …"',
  ],
  'of JSON.parse with an excerpt': [
    parsing(`{"a": ${SECRET}}`),
    'Unexpected token in what is not valid JSON',
  ],
  'of JSON.parse with a long one': [
    parsing(`{"a": "${'x'.repeat(90)}", "b": ${SECRET}, "c": "${'y'.repeat(90)}"}`),
    'Unexpected token in what is not valid JSON',
  ],
  'of JSON.parse with all of it': [new SyntaxError(`"${SECRET}" is not valid JSON`), '"…" is not valid JSON'],
  'of zod in a message of the task': [
    new Error(`bad: ${withInput({ user: SECRET, pin: SECRET }).message}`),
    'bad: user: Invalid input: expected number, received string; pin: Invalid input: expected object, received string',
  ],
  'of zod, cut off': [
    new Error(withInput({ user: SECRET, pin: {} }).message.slice(0, -5)),
    withInput({ user: SECRET, pin: {} }).message.slice(0, -5).replace(`"${SECRET}"`, '"…"'),
  ],
  'of zod in words of the task': [
    saysInput.safeParse({ pin: SECRET }, { reportInput: true }).error,
    'pin: too long: …',
  ],
};

describe('an error is told by its root cause, and without values', () => {
  for (const [what, thrown, message] of [
    ['of the driver', duplicate(), 'duplicate key value violates unique constraint "users_email_key"'],
    ['of drizzle', byDrizzle(missingColumn()), 'column "email" does not exist'],
    ['of drizzle, over another', byDrizzle(byDrizzle(missingColumn())), 'column "email" does not exist'],
    [
      'of drizzle, inside one of the task',
      new Error('could not charge', { cause: byDrizzle(missingColumn()) }),
      'column "email" does not exist (reported as: could not charge)',
    ],
    [
      'of drizzle, repeated by one of the task',
      new Error(`could not charge: ${byDrizzle(missingColumn()).message}`, {
        cause: byDrizzle(missingColumn()),
      }),
      'column "email" does not exist (reported as: could not charge: a query failed)',
    ],
    [
      'of drizzle, repeated by one of the task that forgets it',
      new Error(`could not charge: ${byDrizzle(missingColumn()).message}`),
      'could not charge: a query failed',
    ],
    ['that shows a value', noNumber(), 'invalid input syntax for type integer: "…"'],
    [
      'that shows a value in another language',
      fromServer(`ungültige Eingabesyntax für Typ integer: »${SECRET}«`, { code: '22P02' }),
      'ungültige Eingabesyntax für Typ integer: "…"',
    ],
    [
      'that shows a value first',
      fromServer(`value "${SECRET}" is out of range for type integer`, { code: '22003' }),
      'value "…" is out of range for type integer',
    ],
    [
      'that shows a value, repeated by one of the task that forgets it',
      new Error(`no age: ${noNumber().message}`),
      'no age: invalid input syntax for type integer: "…"',
    ],
    ...[
      [`value "${SECRET}" is out of range for type integer`, 'value "…" is out of range for type integer'],
      [`date/time field value out of range: "${SECRET}"`, 'date/time field value out of range: "…"'],
      [`malformed array literal: "${SECRET}"`, 'malformed array literal: "…"'],
      [`time zone "${SECRET}" not recognized`, 'time zone "…" not recognized'],
      [`unit "${SECRET}" not recognized for type date`, 'unit "…" not recognized for type date'],
      [`syntax error in tsquery: "${SECRET} & &"`, 'syntax error in tsquery: "…"'],
      [`invalid value for parameter "work_mem": "${SECRET}"`, 'invalid value for parameter "work_mem": "…"'],
    ].map(([said, told]) => ['that the task repeats', new Error(`no: ${said}`), `no: ${told}`] as const),
    [
      'that shows a search',
      fromServer(`syntax error in tsquery: "${SECRET} & &"`, { code: '42601' }),
      'syntax error in tsquery: "…"',
    ],
    [
      'of a mail server',
      new Error(
        `all recipients were rejected: 550 5.1.1 <${SECRET}@x.example>: unknown, <${SECRET}@x.example>`,
      ),
      'all recipients were rejected: 550 5.1.1 <…>: unknown, <…>',
    ],
    [
      'with a password in an address',
      new TypeError(`credentials in https://user:${SECRET}@api.example/ and ftp://${SECRET}@x/`),
      'credentials in https://…@api.example/ and ftp://…@x/',
    ],
    [
      'whose detail the task repeats',
      new Error(`taken: Key (lower(email))=(${SECRET}) already exists.`),
      'taken: Key (lower(email))=(…) already exists.',
    ],
    [
      'of Knex, which prints the statement',
      fromServer(`insert into "users" ("email") values ('${SECRET} - x') - ${duplicate().message}`, {
        code: '23505',
      }),
      'duplicate key value violates unique constraint "users_email_key"',
    ],
    [
      'of Knex, whose connection is gone',
      new Error(`select * from "users" where "account" = '${SECRET}' - Connection terminated unexpectedly`),
      'Connection terminated unexpectedly',
    ],
    [
      'of Knex, longer than anybody reads',
      fromServer(`insert into "t" values ('${SECRET.repeat(10_000)}') - ${missingColumn().message}`, {
        code: '42703',
      }),
      'column "email" does not exist',
    ],
    [
      'of TypeORM',
      Object.assign(new Error(duplicate().message), {
        ...{ name: 'QueryFailedError', query: 'insert …', parameters: [SECRET], driverError: duplicate() },
      }),
      'duplicate key value violates unique constraint "users_email_key"',
    ],
    [
      'of Prisma, with the call',
      prisma(
        `\nInvalid \`prisma.user.create()\` invocation in\n/a.ts:1:1\n\n{\n  data: {\n    email: "${SECRET}",\n    x: 1\n  }\n}\n\nUnknown argument \`x\`.`,
        'PrismaClientValidationError',
      ),
      'Unknown argument `x`.',
    ],
    [
      'of Prisma, over its adapter',
      prisma(`\nInvalid \`p.u.create()\` invocation:\n\n\nRaw query failed. ${SECRET}`, undefined, {
        meta: {
          driverAdapterError: prisma('UniqueConstraintViolation', 'DriverAdapterError', {
            cause: { originalCode: '23505', originalMessage: duplicate().message },
          }),
        },
      }),
      'duplicate key value violates unique constraint "users_email_key"',
    ],
    [
      'of zod',
      strict.safeParse({ user: { age: SECRET } }, { reportInput: true }).error,
      'user.age: Invalid input: expected number, received string',
    ],
    ...Object.entries(ECHOED).map(([what, [thrown, told]]) => [what, thrown, told] as const),
    [
      'of an older zod',
      Object.assign(new Error(`[{"received":"${SECRET}"}]`), {
        name: 'ZodError',
        issues: [
          {
            ...{ code: 'invalid_enum_value', path: ['mood'], received: SECRET },
            message: `Invalid enum value. Expected 'glad' | 'sad', received '${SECRET}'`,
          },
        ],
      }),
      "mood: Invalid enum value. Expected 'glad' | 'sad'",
    ],
    [
      'of valibot',
      Object.assign(new Error(`Invalid type: Expected number but received "${SECRET}"`), {
        issues: [
          {
            ...{ path: [{ key: 'user' }, { key: 'age' }], received: `"${SECRET}"` },
            message: `Invalid type: Expected number but received "${SECRET}"`,
          },
        ],
      }),
      'user.age: Invalid type: Expected number',
    ],
    ['that is none, but an object', { code: SECRET, params: [SECRET] }, 'an object with code, params'],
    ['that is none, but has a message', { message: 'no such user', params: [SECRET] }, 'no such user'],
    [
      'of several',
      new AggregateError([byDrizzle(missingColumn()), noNumber(), new Error(''), 'words'], 'all failed'),
      'column "email" does not exist; invalid input syntax for type integer: "…"; Error; what was thrown is not an Error: words (reported as: all failed)',
    ],
    [
      'that a clean-up hides',
      Object.assign(new Error('An error was suppressed'), { suppressed: missingColumn(), error: noNumber() }),
      'column "email" does not exist; invalid input syntax for type integer: "…" (reported as: An error was suppressed)',
    ],
  ] as const) {
    test(what, () => {
      const described = describeError(thrown);
      const expected = thrown instanceof Error ? message : `what was thrown is not an Error: ${message}`;
      assert.equal(described.message, expected);
      assert.ok(!JSON.stringify(described).includes('SECRET'), JSON.stringify(described, undefined, 2));
    });
  }
});

describe('the description of an error', () => {
  test('says what the code that threw wrote, the root first', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:25'), { code: 'ECONNREFUSED' });
    class MailError extends Error {
      override readonly name = 'MailError';
    }
    const error = new MailError('the mail was not sent', {
      cause: new Error('no server', { cause: refused }),
    });
    const { stack = '', ...rest } = describeError(error);
    assert.deepEqual(rest, {
      name: 'MailError',
      message: 'connect ECONNREFUSED 127.0.0.1:25 (reported as: the mail was not sent: no server)',
      code: 'ECONNREFUSED',
    });
    assert.match(stack, /^MailError: connect [^\n]*\n +at .*describe-error\.test\.ts:\d+/);
    assert.match(stack, /\nCaused by: Error: no server\n +at /);
    assert.match(stack, /\nCaused by: Error: connect ECONNREFUSED 127\.0\.0\.1:25\n +at /);
  });

  test('leaves what is no statement alone', () => {
    for (const message of ['update failed - order 7', 'select a plan - none given', 'a - b'])
      assert.equal(describeError(new Error(message)).message, message);
  });

  test('comes to an end for causes that go round', () => {
    const [one, other] = [new Error('the first one'), new Error('the other one')];
    one.cause = other;
    other.cause = one;
    assert.equal(describeError(one).message, 'the other one (reported as: the first one)');
  });

  test('has the code of the server, and a name where pg says "error"', () => {
    const { name, code } = describeError(byDrizzle(duplicate()));
    assert.deepEqual([name, code], ['DatabaseError', '23505']);
  });

  test('has no line of a message among the frames', () => {
    const error = new Error(`bad\n    at ${SECRET} (/a.ts:1:1)`);
    const { stack = '' } = describeError(Object.assign(error, { cause: undefined }));
    assert.equal(stack.split('\n').filter((line) => line.includes(SECRET)).length, 1, 'in the head alone');
  });
});
