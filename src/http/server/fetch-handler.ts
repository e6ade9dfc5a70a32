import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { HowdahError } from '../../errors.ts';
import { loggedError } from '../../observability/logged-error.ts';
import type { Logger } from '../../observability/logger.ts';
import type { App, AppEnv } from '../app-dependencies.ts';
import { restoreBody } from '../requests/restore-body.ts';
import { LISTENER_OPTIONS } from './listener-options.ts';
import { createUnopenedApp } from './unopened-app.ts';

/** What answers requests, wherever they come from. Its functions need no `this`. */
export interface FetchHandler {
  /**
   * Answers a request, whether the host has taken the mount path away from its address or not. Never fails.
   *
   * @param host what the server around it knows of the request: `authorize` gets it
   */
  fetch(request: Request, host?: unknown): Promise<Response>;
  /** The same for a request of node:http, Express or Fastify. */
  node(incoming: IncomingMessage, outgoing: ServerResponse): void;
  /** Takes no more requests; streams end, those under way get 2 s. Then what was opened is closed. Safe to call twice. */
  close(): Promise<void>;
}

/** What a handler opens at its first request. */
export interface OpenedApp {
  readonly app: Pick<App, 'fetch'>;
  close?(): Promise<void>;
}

export interface FetchHandlerOptions {
  /** Called with the first request, and again with a later one as long as it fails. */
  open(): Promise<OpenedApp>;
  /** Fires when the handler closes. */
  stopping: AbortController;
  log: Logger;
  /** Where the server has it, without a slash at the end. @default at its root */
  mountPath?: string;
}

/** Requests still open when the handler is closed get this long to finish. */
const CLOSE_GRACE_MS = 2_000;

export function createFetchHandler(options: FetchHandlerOptions): FetchHandler {
  const { open, stopping, log, mountPath = '' } = options;
  const underWay = new Set<Promise<unknown>>();
  let opening: Promise<OpenedApp> | undefined;
  let closing: Promise<void> | undefined;

  const appNow = async (): Promise<OpenedApp['app']> => {
    if (closing)
      return createUnopenedApp(new HowdahError('unavailable', { detail: 'Howdah was closed here' }));
    try {
      opening ??= open();
      return (await opening).app;
    } catch (error) {
      opening = undefined;
      log.error({ error: loggedError(error) }, 'could not open what requests are answered with');
      return createUnopenedApp(error);
    }
  };
  const answer = async (request: Request, host: unknown): Promise<Response> => {
    const app = await appNow();
    return app.fetch(request, { ...(host as object), mountPath } satisfies AppEnv['Bindings']);
  };
  const fetch = (request: Request, host?: unknown): Promise<Response> => {
    const answering = answer(request, host);
    const over = answering.finally(() => underWay.delete(over));
    underWay.add(over);
    return answering;
  };
  const listener = getRequestListener(
    (request, host) => {
      const isBodyDecoded = host.incoming.readableDidRead;
      return fetch(request, { ...host, isBodyDecoded, isBodyLost: !restoreBody(host.incoming) });
    },
    { ...LISTENER_OPTIONS, overrideGlobalObjects: false },
  );
  const close = async () => {
    stopping.abort();
    await Promise.race([Promise.allSettled(underWay), delay(CLOSE_GRACE_MS, undefined, { ref: false })]);
    await opening?.then(
      (opened) => opened.close?.(),
      () => {},
    );
  };
  return {
    fetch,
    node(incoming, outgoing) {
      void listener(incoming, outgoing);
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}
