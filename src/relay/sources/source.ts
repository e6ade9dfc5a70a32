/** A place of a broker whose messages become jobs of a task. */
export interface Source {
  /** Names it everywhere: `rabbitmq:orders`. */
  readonly name: string;
  readonly broker: 'rabbitmq' | 'kafka';
  /** The queue, or the topic. */
  readonly place: string;
  readonly task: string;
  /** `key`: messages of one key are one sequence, whose jobs run in their order. @default each by itself */
  readonly sequence: 'key' | undefined;
  /** Messages of a queue that one process has in hand at most. */
  readonly prefetch: number;
  /** Where a topic that nobody has read yet is read from: its first message that is kept, or the next one that comes. */
  readonly start: 'first' | 'next';
}
