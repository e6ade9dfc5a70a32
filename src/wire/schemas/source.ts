import { z } from '@hono/zod-openapi';
import { answeredInstant } from './instant.ts';
import { text } from './text.ts';

/** The source in an address, where a slash is written %2F. */
export const sourceParameter = z.object({ name: text(300).openapi({ example: 'kafka:users.v1' }) });

export const source = z
  .object({
    name: z.string().openapi({ description: 'Broker and place, as in SOURCES.' }),
    broker: z.enum(['kafka', 'rabbitmq']),
    place: z.string().openapi({ description: 'The topic, or the queue of the broker.' }),
    task: z.string(),
    application: z.string().nullable(),
    state: z.enum(['reading', 'idle', 'troubled', 'paused', 'refused']),
    explanation: z.string().openapi({ description: 'Why its messages do not become jobs, or that they do.' }),
    remedy: z.string().nullable().openapi({ description: 'What would change it.' }),
    readers: z.number().openapi({ description: 'Worker processes that read it.' }),
    lag: z.number().nullable().openapi({ description: 'Messages that wait at the broker, as it said last.' }),
    partitions: z.number().openapi({ description: 'Of a topic; 0 for a queue.' }),
    unread_partitions: z.number().openapi({ description: 'Those that no worker has at the moment.' }),
    taken: z.number().openapi({ description: 'Messages that became jobs.' }),
    duplicates: z.number().openapi({ description: 'Messages that came again and were known.' }),
    discarded: z.number().openapi({ description: 'Messages that fit no job: each is a discarded one.' }),
    without_id: z.number(),
    lost: z.number().openapi({ description: 'Messages of a topic that were gone before they were read.' }),
    last_taken_at: answeredInstant.nullable(),
    trouble: z.string().nullable().openapi({ description: 'What keeps a worker from reading it.' }),
    trouble_since: answeredInstant.nullable(),
    refused_because: z.string().nullable().openapi({ description: 'Why somebody must decide.' }),
    refused_at: answeredInstant.nullable(),
    paused_at: answeredInstant.nullable(),
    paused_by: z.string().nullable(),
  })
  .openapi('Source');
