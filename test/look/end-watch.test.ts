import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { EndWatch } from '../../src/look/end-watch.ts';
import { type OpenJobs, openJobs } from './open-jobs.ts';

let jobs: OpenJobs;
before(async () => {
  jobs = await openJobs();
});
after(() => jobs.drop());

const patient = { waitMs: 60_000, signal: new AbortController().signal };

/** Counts the looks; one takes as long as is told. */
function counted() {
  const looks = { count: 0 };
  const query = (text: string, values: unknown[]) => {
    looks.count += 1;
    return jobs.pool.query(text, values);
  };
  return { looks, watch: new EndWatch({ query }) };
}

describe('EndWatch', () => {
  test('asks once for all who wait, and tells each of its own job', async () => {
    const { looks, watch } = counted();
    const ids = await jobs.addLive(200);
    const ended: string[] = [];
    const waiting = ids.map((id) => watch.untilEnd(id, patient).then(() => ended.push(id)));
    const [first = '', ...others] = ids;
    await jobs.pool.query('select howdah.cancel_job($1)', [first]);
    await waiting[0];
    assert.deepEqual(ended, [first]);
    for (const id of others) await jobs.pool.query('select howdah.cancel_job($1)', [id]);
    await Promise.all(waiting);
    assert.ok(looks.count < 100, `it looked ${looks.count} times`);
  });

  test('tells at once of a job that has ended, and of one that is not there', async () => {
    const { looks, watch } = counted();
    const [id = ''] = await jobs.addFinished(1);
    await Promise.all([watch.untilEnd(id, patient), watch.untilEnd('999999', patient)]);
    assert.ok(looks.count <= 2);
  });

  test('looks no longer than anybody waits', async () => {
    const { looks, watch } = counted();
    const [id = ''] = await jobs.addLive(1);
    const gone = new AbortController();
    const waiting = [
      watch.untilEnd(id, { waitMs: 1, signal: patient.signal }),
      watch.untilEnd(id, { ...patient, signal: gone.signal }),
      watch.untilEnd(id, { ...patient, signal: AbortSignal.abort() }),
    ];
    gone.abort();
    await Promise.all(waiting);
    const { count } = looks;
    await watch.untilEnd(id, { waitMs: 250, signal: patient.signal });
    assert.ok(looks.count > count, 'it looks again for the next');
  });

  test('looks less often for who has waited for long, where it is told to', async () => {
    const [id = ''] = await jobs.addLive(1);
    const counts = [false, true].map(async (slowsDown) => {
      let count = 0;
      const query = (text: string, values: unknown[]) => {
        count += 1;
        return jobs.pool.query(text, values);
      };
      const watch = new EndWatch({ query }, { slowsDown });
      await watch.untilEnd(id, { waitMs: 3_000, signal: patient.signal });
      return count;
    });
    const [often = 0, seldom = 0] = await Promise.all(counts);
    assert.ok(seldom < often, `it looked ${seldom} times, and ${often} times untold`);
  });

  test('fails those who wait when the database does, and works for those who come later', async () => {
    let isDown = true;
    const watch = new EndWatch({
      query: async (text, values) => {
        if (isDown) throw new Error('the database is down');
        return jobs.pool.query(text, values);
      },
    });
    const [id = ''] = await jobs.addFinished(1);
    await assert.rejects(watch.untilEnd(id, patient), /the database is down/);
    isDown = false;
    await watch.untilEnd(id, patient);
  });
});
