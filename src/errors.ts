import { isKin, KIND } from './errors/is-kin.ts';

/** Every error of Howdah's own that a caller can meet, in one table: HTTP status, whether trying again can help, the words. */
const ERRORS = {
  invalid_request: { status: 422, retryable: false, title: 'The request has invalid fields' },
  malformed_request: { status: 400, retryable: false, title: 'The request is not one of HTTP' },
  invalid_json: { status: 400, retryable: false, title: 'The request body is not valid JSON' },
  unsupported_media_type: {
    status: 415,
    retryable: false,
    title: 'The request body must be application/json, and not compressed',
  },
  body_too_large: { status: 413, retryable: false, title: 'The request body is too large' },
  unauthorized: { status: 401, retryable: false, title: 'This takes a valid token or login' },
  forbidden: { status: 403, retryable: false, title: 'You may not do that' },
  not_found: { status: 404, retryable: false, title: 'There is nothing at this address' },
  method_not_allowed: { status: 405, retryable: false, title: 'This address does not take that method' },
  rate_limited: { status: 429, retryable: true, title: 'Too many requests' },
  invalid_payload: { status: 422, retryable: false, title: 'The payload does not fit the task' },
  invalid_options: { status: 422, retryable: false, title: 'The enqueue options are invalid' },
  unknown_task: { status: 404, retryable: false, title: 'No such task' },
  unknown_queue: { status: 404, retryable: false, title: 'No such queue' },
  queue_in_use: { status: 409, retryable: false, title: 'The queue is still in use' },
  unknown_source: { status: 404, retryable: false, title: 'No such source' },
  unknown_application: { status: 404, retryable: false, title: 'No such application' },
  application_conflict: {
    status: 409,
    retryable: false,
    title: 'It belongs to another application, or is still in use',
  },
  duplicate_job: { status: 409, retryable: false, title: 'A job with this unique key is there already' },
  job_not_found: { status: 404, retryable: false, title: 'No such job' },
  lease_lost: { status: 409, retryable: false, title: 'The lease is over' },
  run_lost: { status: 409, retryable: false, title: 'The run is not of this lease any more' },
  wrong_state: { status: 409, retryable: false, title: 'The job is in no state for that' },
  idempotency_key_reused: {
    status: 422,
    retryable: false,
    title: 'Another request was made with this Idempotency-Key',
  },
  idempotency_key_in_use: {
    status: 409,
    retryable: true,
    title: 'A request with this Idempotency-Key is still at work',
  },
  unavailable: { status: 503, retryable: true, title: 'The service cannot answer right now' },
  not_installed: {
    status: 503,
    retryable: false,
    title: 'The database has no Howdah, or one of another version',
  },
  outcome_unknown: { status: 503, retryable: true, title: 'This may or may not have been done' },
  internal: { status: 500, retryable: true, title: 'Something went wrong on our side' },
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** An error of an application's own, answered as Howdah's are. */
export interface ErrorKind {
  /** Stable, for programs to act on; snake_case. */
  readonly code: string;
  readonly status: ErrorStatus;
  /** Whether trying again can help. @default false */
  readonly retryable?: boolean;
  readonly title: string;
}

/** Those of Howdah's own, and others that an application may want. */
export type ErrorStatus =
  | (typeof ERRORS)[ErrorCode]['status']
  | 402
  | 406
  | 410
  | 412
  | 423
  | 424
  | 428
  | 451;

/** One field's mistake, in words a caller can act on. */
export interface FieldMistake {
  field: string;
  message: string;
}

export interface HowdahErrorOptions {
  /** What happened this time, safe to show to the caller. @default the code's title */
  detail?: string;
  /** Every mistaken field. */
  fields?: readonly FieldMistake[];
  /** Seconds after which trying again makes sense. */
  retryAfterSeconds?: number;
  /** What a program can act on, by name; each code documents its own. */
  details?: Readonly<Record<string, string | number>>;
  cause?: unknown;
}

/** An error with a stable code; `status`, `title` and `isRetryable` come from the table above, or the application. */
export class HowdahError extends Error {
  override readonly name = 'HowdahError';
  readonly #kind: ErrorKind;
  readonly code: string;
  readonly fields: readonly FieldMistake[];
  readonly retryAfterSeconds: number | undefined;
  /** `duplicate_job`: the holder's `jobId` and `queue`; in a batch also the `index` of the refused job. */
  readonly details: Readonly<Record<string, string | number>>;

  constructor(what: ErrorCode | ErrorKind, options: HowdahErrorOptions = {}) {
    const kind: ErrorKind = typeof what === 'string' ? { code: what, ...ERRORS[what] } : what;
    super(options.detail ?? kind.title, options.cause === undefined ? {} : { cause: options.cause });
    this.#kind = kind;
    this.code = kind.code;
    this.fields = options.fields ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.details = options.details ?? {};
  }

  /** Also one of another copy of this package, which a test runner may load. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: a class that extends this one is asked about itself
    return isKin(this, value);
  }

  get [KIND](): string {
    return 'HowdahError';
  }

  /** What another error of the same kind is made of. */
  get kind(): ErrorKind {
    return this.#kind;
  }

  get status(): ErrorStatus {
    return this.#kind.status;
  }

  get title(): string {
    return this.#kind.title;
  }

  get isRetryable(): boolean {
    return this.#kind.retryable ?? false;
  }
}
