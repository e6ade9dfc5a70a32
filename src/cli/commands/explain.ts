import { explainJob } from '../../inspect/explain-job.ts';
import type { Command } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { stateStyle } from '../job-columns.ts';
import { toJobId } from '../job-id.ts';

export const explain: Command = {
  name: 'explain',
  summary: 'Say why a job is not running right now, and what would change that',
  usage: 'ID',
  argumentCount: [1, 1],
  examples: [['explain 4711', 'a sentence with the cause, and one with the remedy']],
  async run({ args: [given = ''], output, connect }) {
    const id = toJobId(given);
    const { db } = await connect();
    const found = await explainJob(db, id);
    if (!found) throw new CommandError(`no job ${id}: it never existed, or its history is no longer kept`);
    const { state, explanation, remedy } = found;
    const title = `${output.paint('bold', `Job ${id}`)} ${output.paint(stateStyle(state), state)}`;
    output.answer(found, `${title}\n\n${explanation}\n${output.paint('dim', `→ ${remedy}`)}`);
    return 0;
  },
};
