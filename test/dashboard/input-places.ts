/** Of each what means something there; none where that is the id of a job or of a group of failures. */
type Fields = Readonly<Record<string, readonly string[]>>;

/** An address of the pages, and what it reads. */
export interface Place {
  path: string;
  /** Those of the path. */
  parameters?: Fields;
  fields: Fields;
  isForm?: boolean;
}

const SEARCHES = [
  '',
  'queue:default',
  'state:discarded',
  'task:works error:"x"',
  'payload:{"who":1}',
  'since:1h',
  'id:1',
  'x',
];
const QUEUES = ['default', 'critical'];
const REASONS = ['', 'why', 'because'];
const NOTICE = { done: ['retried', 'canary:5', 'limited:0'], made: [] };
const CONDITIONS = {
  q: SEARCHES,
  ...{
    state: ['discarded'],
    task: ['works'],
    queue: QUEUES,
    error: ['x'],
    key: ['x'],
    worker: ['x'],
    sequence: ['s'],
  },
  ...{
    trace: ['0af7651916cd43dd8448eb211c80319c'],
    failure: ['0123456789abcdef'],
    attempts: ['>1', '2'],
    id: [],
  },
  ...{
    created_after: ['2026-11-27T00:00:00Z', '1h'],
    finished_before: ['1d'],
    payload_contains: ['{"who":1}'],
  },
};

const ORDER = {
  action: ['retry', 'cancel', 'discard'],
  scope: ['selected', 'all'],
  ...{ q: SEARCHES, where: SEARCHES, max: ['1', '1000000'], key: ['a', 'b', 'c'], id: [], reason: REASONS },
};

export const PAGES: readonly Place[] = [
  { path: '/dashboard', fields: { range: ['day', 'month'], ...NOTICE } },
  { path: '/dashboard/failures', fields: NOTICE },
  { path: '/dashboard/failures/:id', fields: NOTICE },
  { path: '/dashboard/queues', fields: { name: QUEUES, page: ['1', '2', '999999'] } },
  { path: '/dashboard/queues/:name', parameters: { name: QUEUES }, fields: { range: ['day', 'month'] } },
  { path: '/dashboard/workers', fields: NOTICE },
  { path: '/dashboard/sources', fields: NOTICE },
  { path: '/dashboard/schedules', fields: NOTICE },
  {
    path: '/dashboard/schedules/:queue/:identifier',
    parameters: { queue: ['default'], identifier: ['hourly'] },
    fields: NOTICE,
  },
  { path: '/dashboard/tasks', fields: NOTICE },
  { path: '/dashboard/tasks/:name', parameters: { name: ['works'] }, fields: NOTICE },
  {
    path: '/dashboard/audit',
    fields: { actor: ['admin'], action: ['job.retry'], job: [], before: [], ...NOTICE },
  },
  { path: '/dashboard/jobs', fields: { ...CONDITIONS, before: [], after: [] } },
  { path: '/dashboard/jobs', fields: { q: SEARCHES, after: [], ...NOTICE } },
  { path: '/dashboard/jobs/complete', fields: { q: SEARCHES, at: ['0', '3', '99'] } },
  { path: '/dashboard/jobs/:id', fields: NOTICE },
  { path: '/dashboard/login', fields: { to: ['jobs?q=x', 'queues/default'] } },
  { path: '/dashboard/jobs/act', fields: ORDER },
];

const ON_JOB = { key: ['', 'k1'], back: ['jobs', 'jobs/1', ''], reason: REASONS };

export const FORMS: readonly Place[] = [
  { path: '/dashboard/jobs/:id/retry', fields: { ...ON_JOB, shown: ['discarded', 'cancelled'] } },
  { path: '/dashboard/jobs/:id/run-now', fields: ON_JOB },
  {
    path: '/dashboard/jobs/:id/reschedule',
    fields: { at: ['2027-01-01T00:00', ''], after: ['15m', ''], ...ON_JOB },
  },
  { path: '/dashboard/jobs/:id/enqueue-again', fields: { payload: ['{"who":"x"}', '{'], ...ON_JOB } },
  { path: '/dashboard/jobs/:id/discard', fields: ON_JOB },
  { path: '/dashboard/jobs/:id/cancel', fields: ON_JOB },
  { path: '/dashboard/jobs/act', fields: { ...ORDER, stop: ['yes'] } },
  {
    path: '/dashboard/tasks/:name/enqueue',
    parameters: { name: ['works'] },
    fields: {
      'payload.who': ['x'],
      payload: ['{}'],
      queue: ['', ...QUEUES],
      delay: ['', '1h'],
      unique: ['', '1h'],
      ...ON_JOB,
    },
  },
  {
    path: '/dashboard/queues/:name/limit',
    parameters: { name: QUEUES },
    fields: { limit: ['', '0', '5', '999999999'], ...ON_JOB },
  },
  { path: '/dashboard/queues/:name/pause', parameters: { name: QUEUES }, fields: ON_JOB },
  { path: '/dashboard/queues/:name/resume', parameters: { name: QUEUES }, fields: ON_JOB },
  {
    path: '/dashboard/queues/:name/remove',
    parameters: { name: ['gone'] },
    fields: { force: ['true', ''], ...ON_JOB },
  },
  { path: '/dashboard/failures/:id/canary', fields: { seen: ['', '1'], ...ON_JOB } },
  { path: '/dashboard/schedules/run', fields: { queue: ['default'], identifier: ['hourly'], ...ON_JOB } },
  { path: '/dashboard/sources/pause', fields: { source: ['kafka:users.v1'], ...ON_JOB } },
  { path: '/dashboard/sources/resume', fields: { source: ['kafka:users.v1'], ...ON_JOB } },
  { path: '/dashboard/sources/accept', fields: { source: ['kafka:users.v1'], ...ON_JOB } },
  { path: '/dashboard/language', fields: { language: ['zh-Hans', 'en'], back: ['jobs', ''] } },
  { path: '/dashboard/login', fields: { token: ['the-operator-of-the-pages'], name: ['Ada'], to: ['jobs'] } },
  { path: '/dashboard/logout', fields: {} },
].map((place) => ({ ...place, isForm: true }));
