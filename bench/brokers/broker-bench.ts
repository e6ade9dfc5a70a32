/** One broker, and what is measured with it. */
export interface BrokerBench {
  /** As people call it: `Kafka`. */
  readonly name: string;
  /** File of bench/contenders whose jobs go there. */
  readonly contender: string;
  /** Confirmed messages a second that are hoped for. */
  readonly target: number;
  /** What it is and how the client alone sends, a sentence each. */
  readonly notes: readonly string[];
  /** For as long as the stack lives; undefined where there is none here. Child processes find it by their environment. */
  start(stack: AsyncDisposableStack): Promise<RunningBroker | undefined>;
}

export interface RunningBroker {
  /** Sends so many messages by the client alone, `atOnce` of them at a time; resolves when all are confirmed. */
  send(count: number, atOnce: number): Promise<void>;
}
