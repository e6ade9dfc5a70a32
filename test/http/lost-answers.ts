import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type DatabaseHandle, openDatabase } from '../../src/db/connections/open-database.ts';
import { requestLimits } from '../../src/db/limits.ts';
import { type MessageProxy, type StatementFault, startMessageProxy } from '../support/message-proxy.ts';
import { waitFor } from '../support/wait-for.ts';
import { codeOf, type Desk, type Errand, type MakeErrand } from './errands.ts';
import { openApp, type TestApp } from './open-app.ts';

const FAULTS: StatementFault[] = ['ended before', 'ended after', 'never answered'];
/** More than any request needs. */
const MOST_STATEMENTS = 40;
/** What a request waits for the answer to a statement that was swallowed. */
const ANSWER_MS = 500;

/** A test for each fault: it strikes at every statement of the request, one after the other. */
export function testLostAnswers(what: string, make: MakeErrand): void {
  describe(`the answer to ${what} is true`, () => {
    let http: TestApp;
    let proxy: MessageProxy;
    let requests: DatabaseHandle;
    let desk: Desk;
    before(async () => {
      http = await openApp();
      const terminate = async (pid: number) =>
        void (await http.customers.rows('select pg_terminate_backend($1, 10000)', [pid]));
      proxy = await startMessageProxy(http.customers.connectionString, { terminate });
      requests = openDatabase({
        connectionString: proxy.url,
        applicationName: 'through the proxy',
        maxConnections: 1,
        limits: { ...requestLimits(10_000), answerMs: ANSWER_MS },
      });
      desk = { app: http.withOther({ db: requests.db }), customers: http.customers };
    });
    after(async () => {
      await requests.close();
      await proxy.stop();
      await http.drop();
    });
    for (const [index, fault] of FAULTS.entries()) {
      test(`when the session of a statement is ${fault}`, async () => {
        const codes: string[] = [];
        for (let n = 1; n <= MOST_STATEMENTS; n++) {
          const errand = await make(desk, `lost-${index}-${n}`);
          proxy.arm(n, fault);
          const code = await codeOf(await errand.send());
          proxy.disarm();
          await checkAnswer(code, errand);
          if (!proxy.hasStruck()) {
            assert.equal(code, 'ok', 'a request that met with no fault');
            break;
          }
          codes.push(code);
          await resolve(errand);
          assert.equal(await errand.timesDone(), 1);
        }
        assert.ok(codes.length > 1 && codes.length < MOST_STATEMENTS, codes.join());
        assert.ok(codes.includes('outcome_unknown'), codes.join());
      });
    }
  });
}

/** What the answer says is what is in the database. */
async function checkAnswer(code: string, { timesDone }: Errand): Promise<void> {
  if (code === 'outcome_unknown') return;
  assert.ok(['ok', 'unavailable'].includes(code), code);
  assert.equal(await timesDone(), code === 'ok' ? 1 : 0, `answered ${code}`);
}

/** Asked until it answers: a key that a lost session still holds is refused for a moment. */
async function resolve({ send }: Errand): Promise<void> {
  await waitFor('the answer to the same request', async () => {
    const code = await codeOf(await send());
    assert.ok(['ok', 'unavailable', 'idempotency_key_in_use', 'user_exists'].includes(code), code);
    return code === 'ok' || code === 'user_exists';
  });
}
