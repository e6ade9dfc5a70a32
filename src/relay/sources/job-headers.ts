import { isStorable } from '../../tasks/unstorable-text.ts';
import type { InboundMessage } from '../inbound.ts';
import type { Source } from './source.ts';

/** What a job's headers may be, as for an enqueue (src/enqueue/check-options.ts); all of them together in characters here. */
const MAX_NAME_LENGTH = 256;
const MAX_LENGTH = 8_192;
const MAX_TOTAL_LENGTH = 262_144;

/**
 * The headers of a message's job: its own, as far as a job can have them, and where it came from. `traceparent` is among the former,
 * by which the job is part of the trace that sent the message; what begins with `howdah-message-` is ours alone.
 */
export function jobHeaders(message: InboundMessage, source: Source): Record<string, string> {
  const { id, key, position } = message;
  const own = Object.entries(message.headers).filter(([name]) => !name.startsWith(PREFIX));
  const ours: [string, string | undefined][] = [
    ['source', source.name],
    ['id', id],
    ['key', key],
    ['position', position && `${position.partition}/${position.offset}`],
  ];
  const named = ours.flatMap(([name, text]) => (text ? [[PREFIX + name, text] as const] : []));
  const headers: Record<string, string> = {};
  let total = 0;
  for (const [name, text] of [...named, ...own]) {
    if (!isHeader(name, text) || total + name.length + text.length > MAX_TOTAL_LENGTH) continue;
    total += name.length + text.length;
    headers[name] = text;
  }
  return headers;
}

const PREFIX = 'howdah-message-';

/** Another one is left out: the message is worth more than a header that no job can carry. */
function isHeader(name: string, text: unknown): text is string {
  return (
    typeof text === 'string' &&
    name !== '' &&
    name !== '__proto__' &&
    name.length <= MAX_NAME_LENGTH &&
    text.length <= MAX_LENGTH &&
    isStorable(name) &&
    isStorable(text)
  );
}
