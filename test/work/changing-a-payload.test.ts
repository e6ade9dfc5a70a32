import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { RollingFleet } from '../support/rolling-fleet.ts';
import { waitFor } from '../support/wait-for.ts';

/** The steps of docs/changing-a-payload.md, each with worker processes of the versions before and after it. */
let fleet: RollingFleet;

beforeEach(async () => {
  fleet = await RollingFleet.open();
});

afterEach(() => fleet.close());

const PLAIN = { name: 'Ada' };
const TONED = { name: 'Ada', tone: 'warm' };

function times<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, make));
}

/** Jobs that some worker refused to run, whatever became of them. */
async function countRefused(): Promise<number> {
  const { rows } = await fleet.pool.query(
    "select count(*)::int as count from howdah.jobs where last_error like '%malformed%'",
  );
  return rows[0].count;
}

test('expand: old and new workers run what old and new producers send', async () => {
  await fleet.startWorker('first');
  const before = await times(10, () => fleet.distribute('first', PLAIN));
  await fleet.startWorker('expanded');
  const during = await times(10, () => fleet.distribute('first', PLAIN));
  const after = await times(10, () => fleet.distribute('expanded', PLAIN));
  await fleet.untilCompleted([...before, ...during, ...after]);
  assert.equal(await countRefused(), 0);
});

test('expand and migrate at once: what reaches an old worker runs in a new one', async () => {
  await fleet.startWorker('first');
  const endNew = await fleet.startWorker('expanded');
  await endNew();
  const ids = await times(10, () => fleet.distribute('expanded', TONED));
  await waitFor('the old worker to have had them', async () => (await countRefused()) === ids.length);
  await fleet.startWorker('expanded');
  await fleet.untilCompleted(ids);
});

describe('migrate', () => {
  test('every worker runs both shapes, whoever sends them', async () => {
    await fleet.startWorker('first').then((end) => end());
    await fleet.startWorker('expanded');
    const ids = [
      ...(await times(5, () => fleet.distribute('first', PLAIN))),
      ...(await times(5, () => fleet.distribute('expanded', TONED))),
      ...(await times(5, () => fleet.enqueue(PLAIN))),
      ...(await times(5, () => fleet.enqueue(TONED))),
    ];
    await fleet.untilCompleted(ids);
    assert.equal(await countRefused(), 0);
  });

  test('an old process that starts again refuses nobody', async () => {
    await fleet.startWorker('expanded');
    await fleet.startApi('first');
    const ids = [await fleet.enqueue(TONED), await fleet.enqueue(PLAIN)];
    await fleet.untilCompleted(ids);
    assert.equal(await countRefused(), 0);
  });
});

describe('contract', () => {
  test('what everybody sends by now runs in old and new workers; a straggler runs in the old ones', async () => {
    await fleet.startWorker('expanded');
    await fleet.startWorker('contracted');
    const ids = [
      ...(await times(10, () => fleet.distribute('contracted', TONED))),
      await fleet.distribute('expanded', PLAIN),
      await fleet.enqueue(PLAIN),
    ];
    await fleet.untilCompleted(ids);
  });

  test('an hour after the last process of the step before, the old shape is refused where it is enqueued', async () => {
    await fleet.startApi('expanded');
    await fleet.startWorker('contracted');
    await fleet.enqueue(PLAIN);
    await fleet.forget('expanded', '61 minutes');
    await assert.rejects(fleet.enqueue(PLAIN), { code: 'HWPAY', message: /^payload\.tone: expected string/ });
  });
});

test('a refine that takes more, in a definition with a version of its own, is known to the old workers', async () => {
  await fleet.startWorker('refined');
  const endNew = await fleet.startWorker('relaxed');
  await endNew();
  const id = await fleet.distribute('relaxed', { name: 'Augusta Ada' });
  const { state } = await fleet.untilState(id, 'retryable', 'discarded');
  assert.equal(state, 'retryable');
  await fleet.startWorker('relaxed');
  await fleet.untilCompleted([id]);
});

test('taken back, what only the newer version takes waits for it and the rest runs', async () => {
  await fleet.startWorker('first');
  const endNew = await fleet.startWorker('contracted');
  await endNew();
  const toned = await fleet.enqueue(TONED);
  const plain = await fleet.enqueue(PLAIN);
  await fleet.untilCompleted([plain]);
  await fleet.untilState(toned, 'retryable');
  const { rows } = await fleet.pool.query('select cause from howdah.explain_job($1)', [toned]);
  assert.equal(rows[0].cause, 'version');
});
