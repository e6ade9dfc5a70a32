/** What keeps the runs of a task from beginning while what they need is away, such as the broker that their messages go to. */
export interface RunGate {
  /** What runs need, as people call it: `rabbitmq`. */
  readonly name: string;
  readonly isOpen: boolean;
  /** Why it is shut, and since when; undefined while it is open. */
  readonly trouble: GateTrouble | undefined;
  /** While it is open: why it was shut, where a run begins to find out whether that is over; undefined once it is. */
  readonly doubt: GateTrouble | undefined;
  /** Whether a run may begin at once, which is then to begin. */
  enter(): boolean;
  /**
   * Resolves when a run may begin, however long that takes.
   *
   * @param signal gives up the wait; the promise rejects with its reason
   */
  turn(signal: AbortSignal): Promise<void>;
  /** A run that was let begin has ended, whatever it did; called once for each. */
  left(): void;
  /** Calls the listener whenever it opens or shuts, or is shut for another reason. */
  onChange(listener: () => void): void;
}

export interface GateTrouble {
  readonly since: Date;
  /** In words that may be shown. */
  readonly because: string;
}

/**
 * What a run needs went away while it was at work. Its job goes back to its queue as it was, and the attempt does not count; so
 * whoever throws this has the task's gate shut by then, or the job would be taken again at once.
 */
export class GateShut extends Error {
  override readonly name: string = 'GateShut';
}
