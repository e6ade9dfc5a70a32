import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signUpJobs } from './bank.ts';
import { openService } from './open-service.ts';

test('a sign-up is answered and its mails are sent where the database writes dates the German way', async () => {
  await using stack = new AsyncDisposableStack();
  const { url, untilState, pool } = await openService(stack, {
    prepare: ({ name }) => [
      `alter database ${name} set datestyle = 'German'`,
      `alter database ${name} set timezone = 'Asia/Kolkata'`,
    ],
  });
  const { verify, welcome } = await signUpJobs(url, 'grete');
  for (const id of [verify, welcome]) assert.equal((await untilState(id, 'completed')).attempt, 1);
  const { rows } = await pool.query(
    "select bool_and(expires_at between now() and now() + interval '1 hour') as is_soon from verifications",
  );
  assert.deepEqual(rows, [{ is_soon: true }]);
});
