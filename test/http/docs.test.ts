import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import * as bankErrors from '../../src/bank/errors.ts';
import { type ErrorCode, HowdahError } from '../../src/errors.ts';

async function read(path: string): Promise<string> {
  return readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
}

test('docs/http.md has every error code with its status, those of the bank too', async () => {
  const rows = (await read('docs/http.md')).matchAll(/^\| `(\w+)` +\| (\d{3}) /gm);
  const documented = [...rows].map(([, code = '', status]) => [code, Number(status)] as const);
  const own = [...(await read('src/errors.ts')).matchAll(/^ {2}(\w+): \{/gm)].map(([, code = '']) => code);
  assert.ok(own.length > 20);
  const kinds = [...own.map((code) => new HowdahError(code as ErrorCode).kind), ...Object.values(bankErrors)];
  assert.deepEqual(
    Object.fromEntries(documented),
    Object.fromEntries(kinds.map(({ code, status }) => [code, status])),
  );
});
