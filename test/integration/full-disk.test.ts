import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFile, chown, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type OwnServer, startOwnServer } from '../support/own-server.ts';
import { waitFor } from '../support/wait-for.ts';
import { signUp, signUpJobs } from './bank.ts';
import { startServiceProcess, untilUp } from './service-process.ts';

/** Enough for Howdah's schema and a few customers. */
const SIZE = '96m';

const skip = canMount() ? false : 'nobody here may make a disk that is small enough to be filled';

test('an API before a full disk says that it is not ready, and is again when there is room', {
  skip,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const server = await startOwnServer(stack);
  const { url, fill, clear } = await makeSmallDatabase(stack, server);
  const base = await untilUp(startServiceProcess({ command: 'api', env: { DATABASE_URL: url } }, stack));
  await signUpJobs(base, 'before');
  await waitFor('the service to be ready', async () => (await fetch(`${base}/readyz`)).ok, 60_000);

  await fill();
  let count = 0;
  await waitFor(
    'a sign-up to be refused',
    async () => (await signUp(base, `customer${++count}`)).status === 503,
    60_000,
  );
  const readiness = await waitFor('the service not to be ready', async () => {
    const response = await fetch(`${base}/readyz`);
    return response.status === 503 ? response.json() : undefined;
  });
  assert.match(JSON.stringify(readiness), /the disk of the database's server is full/);

  await clear();
  await waitFor('the service to be ready again', async () => (await fetch(`${base}/readyz`)).ok, 60_000);
  await signUpJobs(base, 'afterwards');
});

function canMount(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}

/** A database on a disk of its own, which can be filled. */
async function makeSmallDatabase(stack: AsyncDisposableStack, server: OwnServer) {
  const { parent, account } = server.place;
  const disk = join(parent, 'disk');
  await mkdir(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', disk]);
  stack.defer(async () => {
    await server.end('SIGQUIT');
    execFileSync('umount', ['--lazy', disk]);
  });
  const folder = join(disk, 'tablespace');
  await mkdir(folder);
  if (account) await chown(folder, account.uid, account.gid);
  await server.query(`create tablespace small location '${folder}'`);
  await server.query('create database small tablespace small');
  const url = new URL('/small', server.url);
  const filler = join(disk, 'filler');
  return {
    url: url.href,
    async fill() {
      const block = Buffer.alloc(4_096);
      while (await appendFile(filler, block).then(() => true, isFull));
    },
    clear: () => rm(filler),
  };
}

/** False, for the end of a loop. @throws any other error */
function isFull(error: NodeJS.ErrnoException): false {
  if (error.code !== 'ENOSPC') throw error;
  return false;
}
