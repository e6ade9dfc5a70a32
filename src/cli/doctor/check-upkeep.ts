import type { Session } from '../../db/connections/session.ts';
import { readUpkeep, type UpkeepState } from '../../look/upkeep.ts';
import { describeDuration } from '../terminal/describe-time.ts';
import { error, type Finding, ok, warning } from './finding.ts';

/** As the alert has it: docs/prometheus-alerts.yml. */
const OVERDUE_SECONDS = 600;

/** Whether old rows are removed. A service without a worker is another check's to report. */
export async function checkUpkeep(session: Session): Promise<Finding[]> {
  const { rows } = await session.query<{ isServed: boolean }>(
    `select exists (select from howdah.workers where state <> 'silent') as "isServed"`,
  );
  return judgeUpkeep(await readUpkeep(session), rows[0]?.isServed ?? false);
}

/** @param isServed whether some worker lives */
export function judgeUpkeep(states: readonly UpkeepState[], isServed: boolean): Finding[] {
  const findings = states.flatMap((state) => judgeKind(state, isServed));
  return findings.length > 0 ? findings : [ok('upkeep')];
}

function judgeKind({ kind, lastError, ageSeconds, overdueSeconds }: UpkeepState, isServed: boolean) {
  const isOverdue = overdueSeconds > OVERDUE_SECONDS;
  const since = describeDuration(ageSeconds * 1_000);
  if (lastError !== null) {
    const what = `the latest turn at upkeep "${kind}" failed: ${lastError}`;
    const advice = 'mend that; it is tried again within a minute';
    return [isOverdue ? error(`${what} It has not succeeded for ${since}`, advice) : warning(what, advice)];
  }
  return isServed && isOverdue
    ? [
        error(
          `upkeep "${kind}" has not succeeded for ${since}`,
          'the log of the workers says why: look for upkeep',
        ),
      ]
    : [];
}
