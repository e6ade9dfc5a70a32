import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { type ErrorCode, HowdahError } from '../../src/errors.ts';

async function read(path: string): Promise<string> {
  return readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
}

test('docs/http.md has every error code with its status', async () => {
  const rows = (await read('docs/http.md')).matchAll(/^\| `(\w+)` +\| (\d{3}) /gm);
  const documented = [...rows].map(([, code = '', status]) => [code, Number(status)] as const);
  const codes = [...(await read('src/errors.ts')).matchAll(/^ {2}(\w+): \{/gm)].map(([, code = '']) => code);
  assert.ok(codes.length > 20);
  assert.deepEqual(
    Object.fromEntries(documented),
    Object.fromEntries(codes.map((code) => [code, new HowdahError(code as ErrorCode).status])),
  );
});
