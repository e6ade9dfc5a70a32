import type { Session } from '../../db/connections/session.ts';
import { findLaggingSequences } from '../../db/schema/advance-sequences.ts';
import { error, type Finding, ok } from './finding.ts';

/** Whether ids are given once: a restore or a logical replica may have left sequences behind their tables. */
export async function checkSequences(session: Session): Promise<Finding[]> {
  const lagging = await findLaggingSequences(session);
  if (lagging.length === 0) return [ok('sequences')];
  return lagging.map(({ name, taken, lastValue }) =>
    error(
      `sequence ${name} is at ${lastValue}, and ids up to ${taken} are taken`,
      'run npx howdah migrate, which moves it; every start does it too',
    ),
  );
}
