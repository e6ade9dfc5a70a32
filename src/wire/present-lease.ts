import type { z } from '@hono/zod-openapi';
import { withRawNumbers } from '../db/exact-json.ts';
import type { EndedRun, ExtendedLease, LeasedJob, LeaseState, TakenJobs } from '../operate/leases/lease.ts';
import type { endedRun, extendedLease, takenJobs } from './schemas/lease.ts';
import { withinDepth } from './within-depth.ts';

type Taken = z.infer<typeof takenJobs>;

export function presentTaken({ lease, jobs }: TakenJobs): Taken {
  return { lease: presentLease(lease), jobs: jobs.map(presentLeasedJob) };
}

export function presentExtended({ state, cancelled, lost }: ExtendedLease): z.infer<typeof extendedLease> {
  return { lease: presentLease(state), cancelled, lost };
}

export function presentEnded({ jobId, state, isRepeat }: EndedRun): z.infer<typeof endedRun> {
  return { job: { id: jobId, state }, is_repeat: isRepeat };
}

function presentLease({ lease_ms, ...lease }: LeaseState): Taken['lease'] {
  return { ...lease, duration_ms: lease_ms };
}

/** With the payload as it was enqueued, whoever may be kept from seeing it elsewhere. */
function presentLeasedJob(job: LeasedJob): Taken['jobs'][number] {
  return { ...job, payload: withRawNumbers(withinDepth(job.payload)) };
}
