/** One broker, and what is measured with it. */
export interface BrokerBench {
  /** As people call it: `Kafka`. */
  readonly name: string;
  /** File of bench/contenders whose jobs go there. */
  readonly contender: string;
  /** Confirmed messages a second that are hoped for. */
  readonly target: number;
  /** Names of the ways in which its client sends without a queue. */
  readonly alone: readonly string[];
  /** What it is and how the client alone sends, a sentence each. */
  readonly notes: readonly string[];
  /** For as long as the stack lives; undefined where there is none here. Child processes find it by their environment. */
  start(stack: AsyncDisposableStack): Promise<RunningBroker | undefined>;
}

export interface RunningBroker {
  /** How its client is used without a queue. */
  readonly alone: readonly ClientAlone[];
}

export interface ClientAlone {
  /** Such as `client alone`. */
  readonly name: string;
  /** Sends so many messages, `atOnce` of them at a time; resolves when all are confirmed. */
  send(count: number, atOnce: number): Promise<void>;
}
