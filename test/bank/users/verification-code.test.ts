import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  createNonce,
  isVerificationCode,
  signVerificationCode,
  VERIFICATION_CODE,
} from '../../../src/bank/users/verification-code.ts';

const seed = { id: '4f7c9d3a-0d8b-4a54-9d4e-0f6a0f3c1b11', nonce: createNonce() };

test('a verification code is 32 characters that fit into a link', () => {
  assert.match(signVerificationCode('key', seed), VERIFICATION_CODE);
});

test('a verification code is the same for the same seed and key, and another for any other', () => {
  const code = signVerificationCode('key', seed);
  assert.equal(signVerificationCode('key', { ...seed }), code);
  assert.notEqual(signVerificationCode('other key', seed), code);
  assert.notEqual(signVerificationCode('key', { ...seed, nonce: createNonce() }), code);
  assert.notEqual(signVerificationCode('key', { ...seed, id: seed.id.replace('4', '5') }), code);
});

test('a verification code with any one character changed is refused', () => {
  const code = signVerificationCode('key', seed);
  assert.equal(isVerificationCode('key', seed, code), true);
  const letter = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 31 }), letter, (index, replacement) => {
      const tampered = code.slice(0, index) + replacement + code.slice(index + 1);
      assert.equal(isVerificationCode('key', seed, tampered), tampered === code);
    }),
  );
});

test('a text that is no code is refused without an error', () => {
  const code = signVerificationCode('key', seed);
  for (const text of ['', code.slice(1), `${code}A`, `${code}AAAA`, '\u0000'.repeat(32), 'é'.repeat(32)]) {
    assert.equal(isVerificationCode('key', seed, text), false, JSON.stringify(text));
  }
});
