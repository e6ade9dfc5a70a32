import { openApi, type SendOptions, type TestApi } from './open-api.ts';

export interface Taken {
  lease: { id: string; expires_at: string; [field: string]: unknown };
  jobs: { id: string; run: string; payload: unknown; attempt: number; [field: string]: unknown }[];
}

/** A lease for every job of the welcome mail. */
export const LEASE = { worker: 'py-1', tasks: ['send_welcome_email'], max_jobs: 10 };

/** The API, asked by a worker over HTTP. */
export class LeasingApi {
  readonly api: TestApi;

  private constructor(api: TestApi) {
    this.api = api;
  }

  static async open(): Promise<LeasingApi> {
    return new LeasingApi(await openApi());
  }

  send(method: string, path: string, body?: unknown, options: SendOptions = {}): Promise<Response> {
    return this.api.send(method, path, {
      token: 'worker',
      ...(body === undefined ? {} : { body }),
      ...options,
    });
  }

  /** The JSON of an answer that must have this status. */
  json<Body>(status: number, method: string, path: string, body?: unknown): Promise<Body> {
    return this.api.json<Body>(status, method, path, {
      token: 'worker',
      ...(body === undefined ? {} : { body }),
    });
  }

  lease(more: object = {}): Promise<Taken> {
    return this.json<Taken>(201, 'POST', '/v1/leases', { ...LEASE, ...more });
  }

  /** A lease with one job. */
  async leaseOne(): Promise<{ id: string; run: string; path: string; job: string }> {
    const { id: job } = await this.api.enqueue();
    const taken = await this.lease();
    const run = taken.jobs[0]?.run ?? '';
    return { id: taken.lease.id, run, job, path: `/v1/leases/${taken.lease.id}/runs/${run}` };
  }

  async jobOf(id: string): Promise<Record<string, unknown>> {
    return (await this.api.json<{ job: Record<string, unknown> }>(200, 'GET', `/v1/jobs/${id}`)).job;
  }
}
