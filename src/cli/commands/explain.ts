import { explainJob } from '../../look/explain-job.ts';
import { noJob, toJobId } from '../arguments/job-id.ts';
import type { Command } from '../command.ts';
import { stateStyle } from '../terminal/job-columns.ts';
import { remedyInCommands } from '../terminal/remedy-in-commands.ts';
import { printable } from '../terminal/text-width.ts';

export const explain: Command = {
  usage: 'ID',
  argumentCount: [1, 1],
  examples: [['explain 4711', 'a sentence with the cause, and one with the remedy']],
  async run({ args: [given = ''], output, connect }) {
    const id = toJobId(given);
    const { db } = await connect();
    const found = await explainJob(db, id);
    if (!found) throw noJob(id);
    const { state, explanation, remedy } = found;
    const title = `${output.paint('bold', `Job ${id}`)} ${output.paint(stateStyle(state), state)}`;
    output.answer(
      found,
      `${title}\n\n${printable(explanation)}\n${output.paint('dim', `→ ${printable(remedyInCommands(remedy))}`)}`,
    );
    return 0;
  },
};
