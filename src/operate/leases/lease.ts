/** What a worker over HTTP asks for when it begins. */
export interface LeaseRequest {
  /** Its name, for people. */
  worker: string;
  /** Whose jobs it takes; known to the database, and of one queue unless `queue` names another. */
  tasks: readonly string[];
  /** @default the home queue of the tasks */
  queue?: string | undefined;
  /** Jobs that it has at once. */
  maxJobs: number;
  /** For how long it lives without a word, in milliseconds. */
  leaseMs: number;
}

/** A lease, as the database tells of it. */
export interface LeaseState {
  id: string;
  worker: string;
  queue: string;
  max_jobs: number;
  lease_ms: number;
  /** An instant in UTC. */
  expires_at: string;
  is_paused: boolean;
}

/** A job to run, likewise; instants are texts, payload and headers as the enqueue gave them. */
export interface LeasedJob {
  id: string;
  /** Names this very run of it. */
  run: string;
  task: string;
  /** Which run this is, from 1. */
  attempt: number;
  max_attempts: number;
  payload: unknown;
  headers: Record<string, string>;
  sequence: string | null;
  deadline: string | null;
  /** Limit of the run in milliseconds, 0 for none. */
  timeout_ms: number;
  created_at: string;
  run_at: string;
  started_at: string;
}

export interface TakenJobs {
  lease: LeaseState;
  jobs: LeasedJob[];
}

/** A lease that lives on, and what is to be stopped of the runs that its worker named. */
export interface ExtendedLease {
  state: LeaseState;
  /** Whose job is cancelled. */
  cancelled: string[];
  /** Which are not the lease's any more. */
  lost: string[];
}

/** How a run ended, as the database has it. */
export interface EndedRun {
  state: 'completed' | 'cancelled' | 'discarded' | 'waiting';
  /** It had ended so already. */
  isRepeat: boolean;
  jobId: string;
  /** The name of its worker. */
  worker: string;
  task: string;
  queue: string;
  attempt: number;
  maxAttempts: number;
  /** From its fetch to its end; null for a repeat. */
  durationMs: number | null;
}
