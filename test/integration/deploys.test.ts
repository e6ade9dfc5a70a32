import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findImports } from '../architecture/source-file.ts';
import { startScriptedSmtpServer } from '../support/smtp-server.ts';
import { waitFor } from '../support/wait-for.ts';
import { openBank, signUp } from './bank.ts';
import { startServiceProcess, untilUp } from './service-process.ts';

const MAIN = fileURLToPath(new URL('../../src/bank/main.ts', import.meta.url));
/** The only child of a process; undefined before it has one, and when the process is over. */
function childOf(pid: number): number | undefined {
  try {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    return child ? Number(child) : undefined;
  } catch {
    return undefined; // it is over
  }
}

describe('a service behind a balancer', () => {
  test('is not ready from SIGTERM on, and serves requests until SHUTDOWN_DELAY is over', async () => {
    await using stack = new AsyncDisposableStack();
    const bank = await openBank(stack);
    const smtp = await startScriptedSmtpServer();
    stack.defer(() => smtp.stop());
    const env = { DATABASE_URL: bank.database.connectionString, SMTP_URL: smtp.url, SHUTDOWN_DELAY: '10s' };
    const service = startServiceProcess({ command: 'api', env }, stack);
    const url = await untilUp(service);
    assert.equal((await fetch(`${url}/readyz`)).status, 200);
    service.signal('SIGTERM');
    const ready = await waitFor('it to be not ready', async () => {
      const answer = await fetch(`${url}/readyz`);
      return answer.status === 503 ? answer : undefined;
    });
    assert.match(await ready.text(), /stopping/);
    const answer = await signUp(url, 'late');
    assert.deepEqual([answer.status, answer.headers.get('Connection')], [202, 'close']);
    assert.equal(await service.exited, 0, service.complaints());
    assert.equal(await bank.userCount('late'), 1);
  });
});

describe('as process 1, without an init', { skip: process.platform !== 'linux' }, () => {
  for (const [command, exitCode] of [
    ['api', 0],
    ['migrate', 143],
  ] as const) {
    test(`${command} obeys a SIGTERM of its first moments`, async () => {
      const outer = spawn('unshare', ['--fork', '--pid', '--kill-child', process.execPath, MAIN, command], {
        // Nobody answers there: a start that went on would not end.
        env: { PATH: process.env.PATH, DATABASE_URL: 'postgres://nobody@192.0.2.1/nothing' },
        stdio: 'ignore',
      });
      const exited = once(outer, 'exit');
      // Nobody sees from outside when the handlers are there; before, each signal is lost.
      await waitFor('one of the signals to end it', () => {
        const hasEnded = outer.exitCode !== null;
        const child = outer.pid !== undefined && !hasEnded ? childOf(outer.pid) : undefined;
        if (child !== undefined) process.kill(child, 'SIGTERM');
        return hasEnded;
      });
      assert.deepEqual(await exited, [exitCode, null]);
    });
  }

  test('nothing is loaded before the handlers are there', () => {
    const load = (path: string) => ({
      path,
      text: readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'),
    });
    const imports = findImports(load('src/bank/main.ts')).map(({ target }) => target);
    const [first, light, later] = ['signals/end-early.ts', 'within-small-heap.ts', 'tell-start.ts'].map(
      (name) => `src/start/${name}`,
    );
    assert.deepEqual(imports, [first, light, later, 'src/index.ts', 'src/bank/app.ts']);
    assert.match(load('src/bank/main.ts').text, /\(await import\('\.\.\/start\/tell-start\.ts'\)\)/);
    assert.match(load('src/bank/main.ts').text, /await Promise\.all\(\[import\('\.\.\/index\.ts'\), import/);
    const before = [first, light].flatMap((path) => findImports(load(path ?? '')));
    assert.deepEqual(
      before.map(({ target }) => target),
      ['node:perf_hooks', 'node:v8'],
    );
  });
});
