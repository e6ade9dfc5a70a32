/** What a process tells of a source with each beat; see beat_sources.sql. */
export interface SourceState {
  readonly source: string;
  readonly trouble: string | undefined;
  readonly depth?: number | undefined;
  readonly topic_id?: string | undefined;
  readonly partitions?: readonly number[] | undefined;
  readonly offsets?: readonly PartitionOffsets[] | undefined;
}

/** Offsets as text, as JSON has no numbers of 64 bits. */
export interface PartitionOffsets {
  readonly partition: number;
  readonly first: string;
  readonly end: string;
}

/** What it is told in return. */
export interface BeatenSource {
  readonly source: string;
  readonly isPaused: boolean;
  readonly refusedBecause: string | null;
  readonly leases: readonly PartitionLease[];
}

/** A partition that this process is to read. */
export interface PartitionLease {
  readonly partition: number;
  /** Grows with each process that gets it. */
  readonly lease: number;
}

/** Reads one source in this process, as far as it is told to. */
export interface SourceReader {
  /** Waits for nobody: a broker that is silent must not keep a process from its beat. */
  state(): SourceState;
  /** Begins and ends what the answer to a beat says, in its own time. Undefined: there has been no answer for long. */
  heed(beaten: BeatenSource | undefined): void;
  /** Reads nothing any more. Resolves once nothing of it is under way. Never rejects. */
  stop(): Promise<void>;
}
