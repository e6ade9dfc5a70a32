import { z } from '@hono/zod-openapi';
import { answeredInstant } from './instant.ts';

const workerBroker = z
  .object({
    name: z.string().openapi({ example: 'rabbitmq' }),
    state: z
      .enum(['up', 'down'])
      .openapi({ description: 'down: it takes no messages from this worker, and their jobs wait.' }),
    since: answeredInstant.nullable().openapi({ description: 'Since when it has been down; null while up.' }),
    because: z.string().nullable().openapi({ description: 'Why it is down; null while up.' }),
    tasks: z.array(z.string()).openapi({ description: 'Those whose jobs wait for it; none while up.' }),
  })
  .openapi('WorkerBroker');

export const brokerState = z
  .object({
    name: z.string().openapi({ example: 'rabbitmq' }),
    workers: z.int().openapi({ description: 'Processes that hand jobs over to it.' }),
    down_in: z.int().openapi({ description: 'Of those, the ones that it takes no messages from.' }),
    since: answeredInstant
      .nullable()
      .openapi({ description: 'In the first of them; null while all reach it.' }),
    because: z.string().nullable(),
    tasks: z.array(z.string()).openapi({ description: 'Those whose jobs they leave waiting.' }),
    waiting: z.int().openapi({ description: 'Available jobs of those tasks; 10,000 for as many or more.' }),
    hosts: z.array(z.string()).openapi({ description: 'Where those processes are.' }),
  })
  .openapi('BrokerState');

export const worker = z
  .object({
    token: z
      .string()
      .openapi({ description: 'Names it, also in the application_name of its connections; no secret.' }),
    queue: z.string(),
    kind: z.enum(['howdah', 'graphile-worker', 'lease']).openapi({ description: 'lease: over HTTP.' }),
    host: z.string().openapi({ description: 'Of its process; of a lease the name that its worker gave.' }),
    pid: z.int().nullable().openapi({ description: 'Null for a lease.' }),
    concurrency: z.number(),
    running: z.number(),
    state: z.enum(['idle', 'busy', 'paused', 'blocked', 'silent']),
    started_at: answeredInstant,
    heartbeat_at: answeredInstant,
    heartbeat_age_seconds: z.number(),
    expires_at: answeredInstant
      .nullable()
      .openapi({ description: 'When a lease runs out, unless it is heard of before.' }),
    application: z.string().nullable().openapi({ description: 'Whose tasks it runs.' }),
    version: z.string().nullable().openapi({ description: 'Of Howdah, in its process.' }),
    memory_bytes: z.number().nullable().openapi({ description: 'Resident set of its process.' }),
    running_jobs: z.array(z.string()).openapi({ description: 'What `running` counts.' }),
    pool_id: z.string().nullable().openapi({ description: 'What jobs name as their worker.' }),
    tasks: z.array(z.string()),
    blocked_since: answeredInstant
      .nullable()
      .openapi({ description: 'Since when its event loop has been blocked by a handler that computes.' }),
    abandoned: z.array(z.string()).openapi({
      description: 'Jobs whose handlers are still at work there though their run is over or should be.',
    }),
    brokers: z.array(workerBroker).openapi({
      description: 'Where its jobs go that it hands over; empty for a worker that runs all of them.',
    }),
  })
  .openapi('Worker');

export const task = z
  .object({
    name: z.string(),
    application: z.string().openapi({ description: 'Whose it is.' }),
    queue: z.string(),
    max_retries: z.int(),
    timeout: z.string().openapi({ example: '30s' }),
    order_by: z.string().nullable().openapi({
      description:
        'Field of the payload whose value is the sequence of a job whose enqueue names none; null for none.',
    }),
    routes: z.array(z.string()).openapi({
      example: ['rabbitmq:mail/welcome'],
      description:
        'Where its jobs go, as the workers of its queue say: `postgres` where they run here, else as in ROUTES. Several while workers differ; none while no worker lives.',
    }),
    payload_schema: z.record(z.string(), z.unknown()).openapi({ description: 'JSON Schema.' }),
    workers: z.number().openapi({ description: 'Processes alive that know it.' }),
  })
  .openapi('Task');

export const schedule = z
  .object({
    identifier: z.string(),
    task: z.string(),
    queue: z.string(),
    cron: z.string().openapi({ description: 'In UTC.' }),
    payload: z.unknown().openapi({ description: '"[redacted]" for the viewer token.' }),
    last_run_at: answeredInstant.nullable(),
    next_run_at: answeredInstant.nullable(),
    last_error: z
      .string()
      .nullable()
      .openapi({ description: 'Why its latest tick could not be enqueued; null when it was.' }),
    last_error_at: answeredInstant.nullable(),
    application: z.string().openapi({ description: 'Whose it is.' }),
    is_orphaned: z
      .boolean()
      .openapi({ description: 'No process of that application was heard of for an hour.' }),
  })
  .openapi('Schedule');
