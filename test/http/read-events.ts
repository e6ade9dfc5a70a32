import { waitFor } from '../support/wait-for.ts';

export interface ReceivedEvent {
  event: string;
  id?: string;
  data: Record<string, unknown>;
}

/** An open event stream; what it sent is parsed as it comes. */
export interface EventReader {
  readonly events: ReceivedEvent[];
  /** The first event, received or still to come, that fits. */
  find(what: string, fits: (event: ReceivedEvent) => boolean): Promise<ReceivedEvent>;
  /** Resolves when the server ended the stream. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

export function readEvents(response: Response): EventReader {
  const reader = response.body?.getReader();
  if (!reader) throw new Error('the answer has no body');
  const events: ReceivedEvent[] = [];
  const pump = async () => {
    const decoder = new TextDecoder();
    let text = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (text + decoder.decode(value, { stream: true })).split('\n\n');
      text = blocks.pop() ?? '';
      events.push(...blocks.filter((block) => !block.startsWith(':')).map(parse));
    }
  };
  return {
    events,
    find: (what, fits) => waitFor(what, () => events.find(fits)),
    ended: pump(),
    close: () => reader.cancel(),
  };
}

function parse(block: string): ReceivedEvent {
  const fields = new Map(
    block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
  );
  const id = fields.get('id');
  return {
    event: fields.get('event') ?? 'message',
    data: JSON.parse(fields.get('data') ?? 'null'),
    ...(id === undefined ? {} : { id }),
  };
}
