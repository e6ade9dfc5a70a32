import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  realpath,
  rm,
  rmdir,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { canEnter, chooseAccount, isRoot } from '../../src/db/embedded/account.ts';
import { installBinaries, SHARED_FOLDER } from '../../src/db/embedded/install.ts';
import { createEmbeddedFolder, serverPid } from '../support/embedded-folder.ts';
import { startEmbeddedService } from '../support/embedded-service-process.ts';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));
const NOBODY = { uid: 65_534, gid: 65_534 };

describe('the account of the embedded Postgres', {
  skip: !isRoot() && 'only root can lend another identity',
}, () => {
  test('is another than root', async () => {
    await using stack = new AsyncDisposableStack();
    const dataDir = await createEmbeddedFolder(stack);
    const service = await startEmbeddedService(dataDir, stack);
    assert.match(service.lines()[0] ?? '', /^started/);
    const account = await chooseAccount();
    assert.ok(account);
    assert.equal((await stat(join(dataDir, 'postgres'))).uid, account.uid);
    const identity = execFileSync('ps', ['-o', 'uid=', '-p', String(await serverPid(dataDir))], {
      encoding: 'utf8',
    });
    assert.equal(Number(identity), account.uid);
  });

  test('is the ordinary user who starts the service', async (t) => {
    if (!(await canEnter(NOBODY, CHECKOUT))) return t.skip('an ordinary user cannot reach this checkout');
    await using stack = new AsyncDisposableStack();
    const dataDir = await createEmbeddedFolder(stack);
    await chown(dataDir, NOBODY.uid, NOBODY.gid);
    const service = await startEmbeddedService(dataDir, stack, { account: NOBODY });
    assert.match(service.lines()[0] ?? '', /^started/);
    assert.equal((await stat(join(dataDir, 'postgres'))).uid, NOBODY.uid);
    process.kill(service.pid, 'SIGINT');
    await service.exited;
    const again = await startEmbeddedService(dataDir, stack);
    assert.equal(again.lines()[0], service.lines()[0], 'root goes on as that user');
  });

  test('reaches data and programs of a checkout below a home that it cannot enter', async () => {
    await using stack = new AsyncDisposableStack();
    await keepSharedFolder(stack);
    const checkout = await createHiddenCheckout(stack);
    const dataDir = await createEmbeddedFolder(stack, checkout);
    const options = {
      script: join(checkout, 'test/support/embedded-service.ts'),
      nodeFlags: ['--preserve-symlinks', '--preserve-symlinks-main'],
    };
    const service = await startEmbeddedService(dataDir, stack, options);
    assert.match(service.lines()[0] ?? '', /^started/);
    assert.equal(dirname(dirname(await realpath(join(dataDir, 'postgres')))), SHARED_FOLDER);
    const program = await realpath(`/proc/${await serverPid(dataDir)}/exe`);
    assert.ok(program.startsWith(`${SHARED_FOLDER}/postgres-`), program);
    process.kill(service.pid, 'SIGKILL');
    await service.exited;
    const again = await startEmbeddedService(dataDir, stack, options);
    assert.equal(again.lines()[0], service.lines()[0]);
    const third = await startEmbeddedService(dataDir, stack, options);
    assert.match(
      third.lines()[0] ?? '',
      new RegExp(`^failed Another Howdah \\(pid ${again.pid}\\) is using ${dataDir};`),
    );
  });
});

describe('the copy of the programs', () => {
  test('is made once by several that need it at once', async () => {
    await using stack = new AsyncDisposableStack();
    const { source, shared } = await createPackage(stack);
    const installed = await Promise.all([1, 2, 3].map(() => installBinaries(source, shared)));
    assert.deepEqual(new Set(installed), new Set([join(shared, 'postgres-1')]));
    assert.deepEqual(await readdir(shared), ['postgres-1']);
    assert.equal((await stat(join(shared, 'postgres-1/bin/initdb'))).mode & 0o777, 0o755);
  });

  for (const path of ['', 'postgres-1', 'postgres-1/bin', 'postgres-1/bin/postgres']) {
    test(`is not used when others can write to ${path || 'its parent folder'}`, async () => {
      await using stack = new AsyncDisposableStack();
      const { source, shared } = await createPackage(stack);
      await installBinaries(source, shared);
      await chmod(join(shared, path), 0o757);
      await assert.rejects(installBinaries(source, shared), /another user could have changed it/);
    });
  }
});

/** This checkout as if it were in root's home: the same files, by paths that another account cannot follow. */
async function createHiddenCheckout(stack: AsyncDisposableStack): Promise<string> {
  const home = await mkdtemp(join(homedir(), 'howdah-home-test-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  for (const name of ['src', 'test', 'node_modules']) await symlink(join(CHECKOUT, name), join(home, name));
  return home;
}

/** Removes what a test installs, unless it was there before. */
async function keepSharedFolder(stack: AsyncDisposableStack): Promise<void> {
  const before = await readdir(SHARED_FOLDER).catch((): string[] => []);
  stack.defer(async () => {
    const copies = (await readdir(SHARED_FOLDER)).filter((name) => name.startsWith('postgres-'));
    for (const copy of copies) {
      if (!before.includes(copy)) await rm(join(SHARED_FOLDER, copy), { recursive: true });
    }
    await rmdir(SHARED_FOLDER).catch(() => {});
  });
}

async function createPackage(stack: AsyncDisposableStack) {
  const root = await mkdtemp(join(tmpdir(), 'howdah-install-test-'));
  stack.defer(() => rm(root, { recursive: true, force: true }));
  const folder = join(root, 'native');
  for (const name of ['bin', 'lib', 'share']) await mkdir(join(folder, name), { recursive: true });
  for (const name of ['postgres', 'initdb']) await writeFile(join(folder, 'bin', name), '', { mode: 0o700 });
  const shared = join(root, 'shared');
  return { source: { folder, label: 'postgres-1' }, shared };
}
