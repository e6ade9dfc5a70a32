/** `api` serves HTTP, `worker` runs jobs and serves health checks, `all` does both. */
export type Role = 'all' | 'api' | 'worker';
