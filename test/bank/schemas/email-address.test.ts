import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { emailAddress } from '../../../src/bank/schemas/email-address.ts';

const TAKEN: [string, string?][] = [
  ['ada@example.com'],
  ["o'brien+bank=1@mail.example.co.uk"],
  [`${'a'.repeat(64)}@example.com`],
  ['x@bücher.example', 'x@xn--bcher-kva.example'],
  ['x@BÜCHER.example', 'x@xn--bcher-kva.example'],
  ['x@xn--bcher-kva.example'],
  ['x@例え.テスト', 'x@xn--r8jz45g.xn--zckzah'],
  ['Ada@Example.COM', 'Ada@example.com'],
];

const ANY = 'expected an e-mail address of at most 254 characters, e.g. ada@example.com';
const ASCII = 'expected ASCII before the @: not every mail server can be told of other addresses';

const REFUSED: [unknown, string][] = [
  ['ü@example.com', ASCII],
  ['\u200bada@example.com', ASCII],
  ['a\0@example.com', ASCII],
  [`${'a'.repeat(65)}@example.com`, 'expected at most 64 characters before the @'],
  [`a@${'ab.'.repeat(84)}com`, ANY],
  [`a@${'ü'.repeat(61)}.${'ü'.repeat(61)}.${'ü'.repeat(61)}.example`, ANY],
  ['ada', ANY],
  ['@example.com', ANY],
  ['ada@localhost', ANY],
  ['ada@[192.0.2.1]', ANY],
  ['ada@192.0.2.1', ANY],
  ['a..b@example.com', ANY],
  ['.a@example.com', ANY],
  ['a b@example.com', ANY],
  ['"a b"@example.com', ANY],
  ['a@b@example.com', ANY],
  ['Ada <ada@example.com>', ANY],
  ['ada@example.com\n', ANY],
  ['ada@example.com/x', ANY],
  ['ada@%65xample.com', ANY],
  ['ada@-example.com', ANY],
  ['\ud800', ANY],
  ['ada@\udc00.example', ANY],
  [7, ANY],
];

describe('an e-mail address', () => {
  for (const [address, kept = address] of TAKEN)
    test(`${address} is kept as ${kept}`, () => assert.equal(emailAddress.parse(address), kept));

  for (const [address, message] of REFUSED) {
    test(`${JSON.stringify(address)} is none: ${message}`, () => {
      const { error } = emailAddress.safeParse(address);
      assert.deepEqual(
        error?.issues.map((issue) => issue.message),
        [message],
      );
    });
  }
});
