import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Logger } from '../../observability/logger.ts';
import type { AppEnv } from '../app-dependencies.ts';
import { restoreBody } from '../requests/restore-body.ts';
import { LISTENER_OPTIONS } from './listener-options.ts';
import { type OpenedApp, Opening } from './opening.ts';
import { UnderWay } from './under-way.ts';

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
  const opening = new Opening(open, log);
  const underWay = new UnderWay();
  const fetch = (request: Request, host?: unknown): Promise<Response> =>
    underWay.during(async () => {
      const app = await opening.appNow();
      return app.fetch(request, { ...(host as object), mountPath } satisfies AppEnv['Bindings']);
    });
  const close = async () => {
    stopping.abort();
    opening.refuse();
    await underWay.over(CLOSE_GRACE_MS);
    await opening.close();
  };
  let closing: Promise<void> | undefined;
  return {
    fetch,
    node: nodeListener(fetch),
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** Where the server around it has read the body, that is given back, or said to be lost. */
function nodeListener(fetch: FetchHandler['fetch']): FetchHandler['node'] {
  const listener = getRequestListener(
    (request, host) => {
      const isBodyDecoded = host.incoming.readableDidRead;
      return fetch(request, { ...host, isBodyDecoded, isBodyLost: !restoreBody(host.incoming) });
    },
    { ...LISTENER_OPTIONS, overrideGlobalObjects: false },
  );
  return (incoming, outgoing) => void listener(incoming, outgoing);
}
