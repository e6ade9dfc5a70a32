import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isPlainName } from '../../../src/bank/mail/plain-name.ts';

describe('a name', () => {
  for (const name of [
    'Ada Lovelace',
    'J.R.R. Tolkien',
    'Dr. Martin Luther King Jr.',
    'St.John Philby',
    "Conan O'Brien",
    'Anne-Marie & Søn',
    'Иван Петров',
    'محمد علی‌پور',
    '山田 太郎',
    'Nguyễn Thị Minh Khai',
    '👩‍👩‍👧 family',
    'Love ❤️',
    'ST.JOHN PHILBY',
    'ä'.repeat(100),
  ]) {
    test(`may be ${name}`, () => assert.equal(isPlainName(name), true));
  }

  for (const name of [
    'Unlock: https://evil.example/login',
    'ftp://x',
    'see www.evil',
    'WWW.EVIL.COM',
    'Go to 💩.la',
    'i❤.ws/login',
    'बैंक.कॉम',
    'evil\u200d.\u200dcom',
    'evil.example',
    'Go to evil.com now',
    'пример.рф',
    'evil\uff0ecom',
    'evil\u3002com',
    'ada@localhost',
    'ada\uff20localhost',
    '=?utf-8?b?QQ==?=',
    'Ada\nBcc: x',
    'Ada\0',
    'Ada\u0085',
    'Ada\u2028x',
    'Ada \u202egnp',
    'Ada \u2067gnp',
    'Ada\u200b',
    'A\u00adda',
    '\u3164',
    'Ada\u{e0001}',
    'Ada\ufeff',
    'Ada \ud800',
  ]) {
    test(`may not be ${JSON.stringify(name)}`, () => assert.equal(isPlainName(name), false));
  }
});
