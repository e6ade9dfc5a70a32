/** `howdah/http`: the HTTP API, and what an application's own routes are made with. */
export type { App as Routes, AppEnv as RouteEnv, NavigationEntry } from './http/app-dependencies.ts';
export type { Authorize, Caller, CallerRole } from './http/callers/authorize.ts';
export { clientAddress } from './http/callers/client-address.ts';
export { isLocalCaller } from './http/callers/is-local-caller.ts';
export type { RateLimit } from './http/callers/rate-limiter.ts';
export { limitRate } from './http/middleware/limit-rate.ts';
export { requireToken } from './http/middleware/require-token.ts';
export { type Html, layout, type Page, rootFrom } from './http/pages/layout.ts';
export {
  createHttpHandler,
  type HttpHandler,
  type HttpHandlerOptions,
  type OwnRoutes,
} from './start/http/create-http-handler.ts';
export { problemResponse } from './wire/schemas/problem.ts';
