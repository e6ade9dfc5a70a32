import type { Session } from '../../db/connections/session.ts';
import { type MessageSource, readSources } from '../../look/sources.ts';
import { error, type Finding, ok, warning } from './finding.ts';

/** Whether messages become jobs. Nothing where there is no source. */
export async function checkSources(session: Session): Promise<Finding[]> {
  return judgeSources(await readSources(session));
}

export function judgeSources(sources: readonly MessageSource[]): Finding[] {
  const findings = sources.flatMap((source) => [...judgeState(source), ...judgeCounts(source)]);
  return findings.length > 0 || sources.length === 0 ? findings : [ok('sources of messages')];
}

function judgeState({ name, state, explanation, remedy, lagCount }: MessageSource): Finding[] {
  if (state === 'reading') return [];
  const tell = state === 'paused' ? warning : error;
  const waiting = lagCount ? ` (${countMessages(lagCount)} when last asked)` : '';
  return [tell(`source "${name}": ${explanation}${waiting}`, remedy ?? 'see npx howdah sources')];
}

function judgeCounts({ name, broker, lostCount, withoutIdCount }: MessageSource): Finding[] {
  const lost = `${lostCount} messages of "${name}" were gone before they were read`;
  const nameless = `${withoutIdCount} messages of "${name}" had no id, so that one which comes again is another job`;
  return [
    ...(lostCount > 0 ? [warning(lost, 'have the topic keep its messages for longer')] : []),
    ...(broker === 'rabbitmq' && withoutIdCount > 0
      ? [warning(nameless, 'have whoever publishes them set message_id')]
      : []),
  ];
}

function countMessages(count: number): string {
  return count === 1 ? '1 message waited' : `${count} messages waited`;
}
