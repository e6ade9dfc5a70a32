import { createCatalogue } from '../../tasks/catalogue.ts';
import { presentJob } from '../../wire/present-job.ts';
import { actLocally } from '../act/act-locally.ts';
import { toJobId } from '../arguments/job-id.ts';
import { readPayload } from '../arguments/read-payload.ts';
import type { Command } from '../command.ts';

/** Tasks are those that the database knows: their code is not loaded here. */
const NONE = createCatalogue([]);

export const enqueueAgain: Command = {
  usage: 'ID [PAYLOAD | -]',
  about: [
    'With the task, queue and options of that job, but for a deadline that has passed, a unique key and a retention. PAYLOAD is',
    'JSON that the task’s schema checks, by default what that job had; - reads it from standard input.',
  ],
  argumentCount: [1, 2],
  examples: [
    ['enqueue-again 4711', 'a job of its own, which does the same'],
    [`enqueue-again 4711 '{"user_account":"ada"}'`, 'with what should have been its payload'],
  ],
  async run({ args: [given = '', json], output, connect }) {
    const id = toJobId(given);
    const payload = json === undefined ? undefined : await readPayload(json);
    const { db } = await connect();
    const [{ enqueueAgain: again }, { PostgresDistributor }] = await Promise.all([
      import('../../wire/enqueue-again.ts'),
      import('../../enqueue/postgres-distributor.ts'),
    ]);
    const options = { sources: { db, catalogue: NONE }, distributor: new PostgresDistributor(), id, payload };
    const added = await actLocally(db, (tx) => again(tx, options));
    output.answer(presentJob(added, 'admin'), `Job ${added.id}: ${added.task} in queue ${added.queue}.`);
    return 0;
  },
};
