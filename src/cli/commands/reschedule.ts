import { rescheduleJob } from '../../operate/job-commands.ts';
import { changeEach } from '../act/change-jobs.ts';
import type { OptionValues } from '../arguments/option-values.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../command-error.ts';

export const reschedule: Command = {
  usage: 'ID… --at INSTANT | --in DURATION',
  argumentCount: [1, Number.POSITIVE_INFINITY],
  options: {
    at: { value: 'INSTANT', help: 'An instant, such as 2026-11-21T08:00:00Z; in UTC without an offset' },
    in: { value: 'DURATION', help: 'How long from now: 500ms, 8s, 15m, 2h, 7d' },
  },
  examples: [
    ['reschedule 4711 --in 2h', 'runs it in two hours at the earliest'],
    ['reschedule 4711 4712 --at 2026-11-21T08:00:00+01:00', 'runs both at eight, an hour east of UTC'],
  ],
  run(call) {
    const at = readInstant(call.options);
    return changeEach(call, (tx, id) => rescheduleJob(tx, id, at));
  },
};

function readInstant(options: OptionValues): Date {
  const at = options.instant('at');
  const inMs = options.durationMs('in');
  if (at && inMs === undefined) return at;
  if (!at && inMs !== undefined) return new Date(Date.now() + inMs);
  throw new UsageError('expected either --at or --in');
}
