/** Where messages come from that become jobs of a task, as an application says it. */
export interface GivenSource {
  /** Broker and place: `rabbitmq:orders` is a queue, `kafka:users.v1` a topic. */
  readonly from: string;
  /** The task whose jobs its messages are, by its name. */
  readonly task: string;
  /** `key`: messages of one key are one sequence. @default each runs by itself, unless the task's definition orders them */
  readonly sequence?: 'key';
  /** Messages of a queue that one process has in hand at most: 1 to 10,000. Not for a topic. @default 500 */
  readonly prefetch?: number;
  /** Where a topic that nobody has read yet is read from: its first message that is kept, or the next that comes. Not for a queue. @default 'first' */
  readonly start?: 'first' | 'next';
}
