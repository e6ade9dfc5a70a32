import type { Message } from '../../src/relay/message.ts';

/** A message of a task, as a route makes it. */
export function kafkaMessage(id: string, given: Partial<Message> = {}): Message {
  return {
    id: `test/${id}`,
    type: 'user_registered',
    contentType: 'application/json',
    key: undefined,
    headers: {},
    body: Buffer.from(JSON.stringify({ id })),
    createdAt: new Date('2026-01-02T03:04:05.678Z'),
    ...given,
  };
}
