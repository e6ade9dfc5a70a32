import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hashPassword, verifyPassword } from '../../../src/bank/users/password.ts';

describe('passwords', () => {
  test('are hashed with Argon2id at the parameters OWASP recommends', async () => {
    assert.match(
      await hashPassword('correct horse'),
      /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/,
    );
  });

  test('get a salt of their own', async () => {
    assert.notEqual(await hashPassword('correct horse'), await hashPassword('correct horse'));
  });

  test('are told from others', async () => {
    const hash = await hashPassword('correct horse');
    assert.equal(await verifyPassword(hash, 'correct horse'), true);
    assert.equal(await verifyPassword(hash, 'correct horsf'), false);
    assert.equal(await verifyPassword(hash, ''), false);
  });

  test('that look alike are alike, however their accents are composed', async () => {
    assert.equal(await verifyPassword(await hashPassword('caf\u00e9 au lait'), 'cafe\u0301 au lait'), true);
  });

  test('verify against a hash made by another implementation', async () => {
    // Source: the phc-winner-argon2 test vectors, version 0x13, Argon2id, t=2, m=2^16, p=1, "password", "somesalt".
    const hash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    assert.equal(await verifyPassword(hash, 'password'), true);
  });

  test('cannot be verified against something that is no hash', async () => {
    await assert.rejects(verifyPassword('plain', 'plain'), TypeError);
  });

  test('are hashed off the main thread', async () => {
    let turnsCount = 0;
    const hashing = hashPassword('correct horse').then(() => 'hashed');
    while ((await Promise.race([hashing, new Promise((resolve) => setImmediate(resolve))])) !== 'hashed')
      turnsCount += 1;
    assert.ok(turnsCount > 1, `the event loop turned ${turnsCount} times`);
  });
});
