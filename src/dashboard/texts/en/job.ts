/** What a page says of a job by its cause. */
export interface CauseTexts {
  said: string;
  remedy: string;
}

/** Texts of the page about one job. */
export const job = {
  title: (id: string) => `Job ${id}`,
  notFound: (id: string) =>
    `There is no job ${id}. It may have been removed when its retention was over, or its enqueue was rolled back.`,
  /** By the cause of `howdah.explain_job`; where there is none, the database's own words are shown, which are English. */
  causes: {} as Readonly<Record<string, CauseTexts>>,
  /** Names of what a remedy calls in SQL. */
  calls: {
    resume: 'Resume on the page of the queue',
    limit: 'the page of the queue',
    job: (id: string) => `job ${id}`,
  },
  facts: {
    queue: 'Queue',
    task: 'Task',
    priority: 'Priority',
    attempt: 'Attempt',
    key: 'Key',
    sequence: 'Sequence',
    deadline: 'Deadline',
    timeout: 'Time limit of a run',
    worker: 'Worker',
    trace: 'Trace',
    expires: 'Kept until',
  },
  actions: {
    retry: 'Retry',
    runNow: 'Run now',
    cancel: 'Cancel…',
    discard: 'Discard…',
    reschedule: 'Reschedule…',
    cancelNow: 'Cancel this job',
    discardNow: 'Discard this job',
    rescheduleNow: 'Set the time',
    cancelHint: 'A waiting job ends at once; a running one gets its signal and ends when its handler does.',
    discardHint: 'It ends as given up, and runs again only when somebody retries it.',
    at: 'At, in UTC',
    after: 'Or from now on',
    afterHint: 'Such as 30s, 15m, 2h or 7d',
  },
  timeline: 'Its life',
  created: 'Created',
  waits: 'Waits for its run',
  began: (attempt: number) => `Run ${attempt} began`,
  runs: (span: string) => `has run for ${span}`,
  failed: (attempt: number) => `Run ${attempt} failed`,
  later: (span: string) => `${span} later`,
  took: (span: string) => `took ${span}`,
  stack: 'Stack',
  decisions: {
    retry: 'is tried again',
    discard: 'is not tried again',
    cancel: 'is cancelled',
  },
  nextRun: 'Next run',
  onWorker: (worker: string) => `worker ${worker}`,
  moreErrors: 'Earlier failed runs are not kept: the latest 100 are.',
  handedOver: {
    toExchange: (exchange: string, key: string) =>
      `Handed to RabbitMQ: exchange ${exchange}, routing key ${key === '' ? '(empty)' : key}`,
    toQueue: (queue: string) => `Handed to RabbitMQ: queue ${queue}`,
    toTopic: (topic: string, partition: string, offset: string) =>
      `Handed to Kafka: topic ${topic}, partition ${partition}, offset ${offset}`,
  },
  payload: 'Payload',
  result: 'Result',
  headers: 'Headers',
  noResult: 'It returned nothing.',
  resultNote: 'Not kept of the result',
  hidden: 'Payload, result and headers are for admins alone.',
  members: (n: string) => (n === '1' ? '1 member' : `${n} members`),
  items: (n: string) => (n === '1' ? '1 item' : `${n} items`),
  moreText: (n: string) => `… ${n} characters more`,
  cut: 'and more, not shown here',
  changedMeanwhile: (shown: string, present: string) =>
    `It has changed meanwhile: it was ${shown} and is ${present}. Nothing was done.`,
  /** What the database said in English tells more. */
  notInState: (_present: string, said: string) => said,
  enqueueAgain: 'Enqueue again…',
  enqueueNow: 'Enqueue',
  enqueueHint: 'A new job of this task with this payload, which is checked against the task’s schema first.',
  tooLarge: 'Its payload is too large to be edited here. POST /v1/jobs takes up to 1 MiB.',
  payloadField: 'Payload, JSON',
  againOf: 'Enqueued again, from job',
  again: 'Enqueued again as',
  related: 'Related jobs',
  sameKey: 'With the same key',
  sameSequence: 'Of the same sequence',
  sameTrace: 'Of the same trace',
};
