import { requestId } from 'hono/request-id';

/** Gives every request an id, which its answer and log lines carry: the client's own X-Request-Id when it is sane. */
export const identifyRequests = requestId({ limitLength: 128 });
