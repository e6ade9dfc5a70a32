import { createRoute, z } from '@hono/zod-openapi';
import { refusals } from '../../wire/schemas/problem.ts';
import { eventStream } from '../answers/event-stream.ts';
import type { App, AppDependencies } from '../app-dependencies.ts';
import { EventFeed } from '../events/event-feed.ts';
import { EventOutbox } from '../events/event-outbox.ts';
import { readersOnly } from '../middleware/identify-caller.ts';

/** Proxies cut connections that say nothing for a minute or so. */
const KEEP_ALIVE_MS = 15_000;

const route = createRoute({
  method: 'get',
  path: '/v1/events',
  tags: ['jobs'],
  operationId: 'followEvents',
  summary: 'State changes of jobs and counters of queues as they happen',
  description:
    'Server-Sent Events. `job` has {id, queue, task, state, attempt}: the latest state, when a job changes faster than twice a second. `queues` has what GET /v1/queues has. `gap` tells that events are missing: too many changed at once, this client is too slow, or the events after Last-Event-ID are no longer known.',
  security: [{ bearer: [] }],
  middleware: readersOnly,
  request: {
    headers: z.object({
      'last-event-id': z
        .string()
        .max(64, { error: 'expected the id of an event' })
        .optional()
        .openapi({ description: 'Begin after this event.' }),
    }),
  },
  responses: {
    200: {
      description: 'A stream that does not end by itself',
      content: { 'text/event-stream': { schema: z.string() } },
    },
    ...refusals(),
  },
});

/** The stream of events. One look at the database serves all clients of this process. */
export function addEventRoutes(app: App, { db, log, stopping }: AppDependencies): void {
  const feed = new EventFeed({ db, log, stopping });
  app.openapi(route, (c) => {
    if (c.req.method === 'HEAD') return c.body(null, 200, { 'Content-Type': 'text/event-stream' });
    const { 'last-event-id': lastEventId } = c.req.valid('header');
    const outbox = new EventOutbox();
    const gone = new AbortController();
    const signal = AbortSignal.any([gone.signal, ...(stopping ? [stopping] : [])]);
    return eventStream(c, async (stream) => {
      stream.onAbort(() => gone.abort());
      feed.join(outbox, lastEventId);
      try {
        await stream.write(': howdah\n\n');
        while (!signal.aborted) {
          const events = await outbox.take({ waitMs: KEEP_ALIVE_MS, signal });
          if (events.length === 0) await stream.write(': still here\n\n');
          for (const event of events) await stream.writeSSE(event);
        }
      } finally {
        feed.leave(outbox);
      }
    });
  });
}
