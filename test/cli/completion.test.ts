import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { runHowdah } from '../support/howdah-cli.ts';

const script = (await runHowdah(['completion', 'bash'])).stdout;

/** What bash offers after these words, of which the last is being written. */
function complete(...words: string[]): string[] {
  return completeLine('howdah', ...words);
}

function completeLine(...words: string[]): string[] {
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const ask = `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _howdah; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', `${script}\n${ask}`], { encoding: 'utf8' });
  assert.equal(stderr, '');
  return stdout.trim().split('\n');
}

describe('howdah completion', { skip: hasShell('bash') ? false : 'there is no bash here' }, () => {
  test('offers commands', () => {
    assert.deepEqual(complete('re'), ['retry', 'reschedule', 'resume']);
    assert.ok(complete('').includes('doctor'));
  });

  test('offers the options of the command', () => {
    assert.deepEqual(complete('jobs', '--fin'), ['--finished-since', '--finished-until']);
    assert.deepEqual(complete('pause', '--'), ['--all', '--reason', '--json', '--text', '--help']);
  });

  test('offers the values of an option that has a few', () => {
    assert.deepEqual(complete('jobs', '--state', 'r'), ['running', 'retryable']);
    assert.deepEqual(complete('completion', 'z'), ['zsh']);
  });

  test('offers the same after npx howdah, and nothing for other packages', () => {
    assert.deepEqual(completeLine('npx', 'howdah', 're'), ['retry', 'reschedule', 'resume']);
    assert.deepEqual(completeLine('npx', 'howdah', 'jobs', '--state', 'r'), ['running', 'retryable']);
    assert.deepEqual(completeLine('npx', 'cowsay', 're'), ['']);
    assert.deepEqual(completeLine('npx', 'how'), ['']);
  });

  test('leaves values of which it knows none to the shell', () => {
    assert.deepEqual(complete('jobs', '--queue', ''), ['']);
    assert.deepEqual(complete('jobs', '--state', '=', 'r'), ['running', 'retryable']);
  });

  test('completes npx in the shell, unless somebody else does already', () => {
    const ask = (before: string) =>
      spawnSync('bash', ['--norc', '-c', `${before}\n${script}\ncomplete -p npx`], { encoding: 'utf8' })
        .stdout;
    assert.match(ask(''), /-F _howdah npx$/m);
    assert.match(ask('complete -W theirs npx'), /-W 'theirs' npx$/m);
  });

  test('loads in zsh', { skip: hasShell('zsh') ? false : 'there is no zsh here' }, async () => {
    const { stdout } = await runHowdah(['completion', 'zsh']);
    const { status, stderr } = spawnSync(
      'zsh',
      ['-f', '-c', `autoload -U compinit; compinit -u -D\n${stdout}`],
      {
        encoding: 'utf8',
      },
    );
    assert.equal(status, 0, stderr);
  });

  test('prepares zsh for a script of bash', async () => {
    const { stdout } = await runHowdah(['completion', 'zsh']);
    assert.match(stdout, /^autoload -U \+X bashcompinit && bashcompinit$/m);
  });
});

function hasShell(name: string): boolean {
  return spawnSync(name, ['-c', 'true']).status === 0;
}
