/** What goes out of one job. */
export interface Message {
  /** `<installation>/<job id>`: the same at every attempt, and no other message's, so that who receives it can know it again. */
  readonly id: string;
  /** The name of the task. */
  readonly type: string;
  readonly contentType: 'application/json';
  /** The job's sequence: messages of one key go out one at a time, in the order of their commits. */
  readonly key: string | undefined;
  /** The job's own, `traceparent` among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** The payload as it was enqueued, as JSON; whole numbers have all their digits. */
  readonly body: Buffer;
  /** When the job was enqueued. */
  readonly createdAt: Date;
}
