import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { lockFolder } from '../../src/db/embedded/lock.ts';

describe('the lock of a data folder', () => {
  test('goes to one of many that ask at once', async (t) => {
    const folder = await createFolder(t);
    for (let round = 0; round < 10; round += 1) {
      const asked = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
      const locks = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      const reasons = asked.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []));
      assert.equal(locks.length, 1);
      for (const reason of reasons)
        assert.match(reason, new RegExp(`Another Howdah \\(pid ${process.pid}\\)`));
      await locks[0]?.release();
    }
    assert.equal((await readdir(folder)).length, 1, 'old generations are removed');
  });

  test('passes on when its holder is dead', async (t) => {
    const folder = await createFolder(t);
    await symlink('999999999:some-time', join(folder, 'howdah-lock.7'));
    await (await lockFolder(folder)).release();
  });

  test('passes on when the pid of its holder is now another program', async (t) => {
    const folder = await createFolder(t);
    await symlink(`${process.pid}:another-time`, join(folder, 'howdah-lock.7'));
    await (await lockFolder(folder)).release();
  });

  test('can be released after the folder was removed', async (t) => {
    const folder = await createFolder(t);
    const lock = await lockFolder(folder);
    await rm(folder, { recursive: true });
    await lock.release();
  });
});

async function createFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'howdah-lock-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
