import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { signWebhook } from '../../src/relay/webhook/sign-webhook.ts';
import { freePort } from '../support/free-port.ts';
import { waitFor } from '../support/wait-for.ts';
import { forever, messageOf, openWebhooks, SECRET, targetOf } from '../support/webhook-receiver.ts';
import { readBlocks } from './read-blocks.ts';

const RECEIVERS = [
  { language: 'ts', file: 'receive-webhooks.ts', program: process.execPath },
  { language: 'python', file: 'receive_webhooks.py', program: 'python3' },
];

for (const receiver of RECEIVERS) {
  const skip = !canRun(receiver.program) && `there is no ${receiver.program}`;
  describe(`the receiver of docs/webhooks.md in ${receiver.language}`, { skip }, () => {
    it('takes what is signed, once, and nothing else', async () => {
      await using stack = new AsyncDisposableStack();
      const { url, said } = await start(receiver, stack);
      const webhooks = openWebhooks(stack);
      const send = (id: string, secrets = [SECRET]) =>
        webhooks
          .publish(targetOf(url, undefined, secrets), messageOf({ id }), forever())
          .catch((error: Error) => error.message);
      const other = `whsec_${Buffer.alloc(32).toString('base64')}`;

      assert.deepEqual(await send('installation/1'), { status: 204 });
      assert.deepEqual(await send('installation/1'), { status: 204 });
      assert.deepEqual(await send('installation/2', [other, SECRET]), { status: 204 });
      assert.match(String(await send('installation/3', [other])), /answered 401/);
      assert.equal((await postUnsigned(url, {})).status, 401);
      assert.equal((await postUnsigned(url, signedAt(Date.now()), '{"order_id":43}')).status, 401);
      assert.equal((await postUnsigned(url, signedAt(Date.now() - 400_000))).status, 401);
      assert.equal((await postUnsigned(url, signedAt(Date.now() + 400_000))).status, 401);
      assert.equal(
        (await postUnsigned(url, { ...signedAt(Date.now()), 'webhook-timestamp': 'soon' })).status,
        401,
      );
      await waitFor('two orders', () => said().split('order_paid').length === 3);
    });
  });
}

function canRun(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function signedAt(sentAtMs: number): Record<string, string> {
  const { keys } = targetOf('http://127.0.0.1/');
  return signWebhook({ id: 'installation/4', sentAt: new Date(sentAtMs), body: messageOf().body, keys });
}

function postUnsigned(
  url: string,
  headers: Record<string, string>,
  body = '{"order_id":42}',
): Promise<Response> {
  return fetch(url, { method: 'POST', headers, body });
}

async function start(
  { language, file, program }: (typeof RECEIVERS)[number],
  stack: AsyncDisposableStack,
): Promise<{ url: string; said: () => string }> {
  const folder = await mkdtemp(join(tmpdir(), 'howdah-receiver-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const [block] = readBlocks('docs/webhooks.md').filter((each) => each.language === language);
  await writeFile(join(folder, file), block?.text ?? '');
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  const port = await freePort();
  const env = { ...process.env, WEBHOOK_SECRET: SECRET, PORT: String(port) };
  const child = spawn(program, [join(folder, file)], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  stack.defer(() => stop(child));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await waitFor('a receiver that listens', () => child.exitCode === null && listensAt(port));
  return { url: `http://127.0.0.1:${port}/hooks`, said: () => output };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

function listensAt(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
