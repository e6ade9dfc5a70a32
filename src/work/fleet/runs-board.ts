/** One run under way, as the fleet's thread sees it. Instants are those of `monotonicMs`. */
export interface RunOnBoard {
  readonly jobId: string;
  readonly task: string;
  readonly begunAt: number;
  /** When its time limit or deadline ends it; Infinity for never. */
  readonly endsAt: number;
}

/** What the other thread needs to read a board. */
export interface SharedBoard {
  readonly ids: BigInt64Array<SharedArrayBuffer>;
  /** Of each run: the task's place among `tasks`, when it began, when it must end. */
  readonly facts: Float64Array<SharedArrayBuffer>;
  readonly tasks: readonly string[];
}

const FACTS = 3;

/** `performance.now` counts from the start of its thread; it is the same clock, and without a bigint a call. */
const OFFSET_MS = Number(process.hrtime.bigint()) / 1_000_000 - performance.now();

/**
 * The runs under way of one runner, in memory shared with the thread that speaks for this process in the fleet. So that
 * thread knows them while this event loop is blocked, down to the run that blocks it, and a run costs no message.
 *
 * Only one side writes, and an id is written after its facts and wiped before they change, so a reader never sees a run
 * that is not under way; it may see the facts of the next run beside an id for an instant, which only matters while this
 * side is blocked, and then it writes nothing.
 */
export class RunsBoard {
  readonly shared: SharedBoard;
  readonly #free: number[];
  readonly #tasks: ReadonlyMap<string, number>;

  /** @param size most runs at once; further ones are not on the board */
  constructor(size: number, tasks: readonly string[]) {
    this.shared = {
      ids: new BigInt64Array(new SharedArrayBuffer(size * 8)),
      facts: new Float64Array(new SharedArrayBuffer(size * FACTS * 8)),
      tasks,
    };
    this.#free = Array.from({ length: size }, (_, place) => place);
    this.#tasks = new Map(tasks.map((task, index) => [task, index]));
  }

  /**
   * @param timeLimitMs from then; 0 for none
   * @param begunAt by `performance.now`. @default now
   * @returns its place, to `leave`
   */
  enter(jobId: string, task: string, timeLimitMs: number, begunAt = performance.now()): number {
    const place = this.#free.pop() ?? -1;
    if (place < 0) return place;
    const now = OFFSET_MS + begunAt;
    const endsAt = timeLimitMs > 0 ? now + timeLimitMs : Number.POSITIVE_INFINITY;
    const { facts } = this.shared;
    facts[place * FACTS] = this.#tasks.get(task) ?? -1;
    facts[place * FACTS + 1] = now;
    facts[place * FACTS + 2] = endsAt;
    Atomics.store(this.shared.ids, place, BigInt(jobId));
    return place;
  }

  leave(place: number): void {
    if (place < 0) return;
    Atomics.store(this.shared.ids, place, 0n);
    this.#free.push(place);
  }
}

/** From any thread. None for no board. */
export function readBoard(board: SharedBoard | undefined): RunOnBoard[] {
  if (!board) return [];
  const { ids, facts, tasks } = board;
  const runs: RunOnBoard[] = [];
  for (let place = 0; place < ids.length; place++) {
    const id = Atomics.load(ids, place);
    if (id === 0n) continue;
    const [task = -1, begunAt = 0, endsAt = 0] = facts.subarray(place * FACTS, (place + 1) * FACTS);
    runs.push({ jobId: String(id), task: tasks[task] ?? '', begunAt, endsAt });
  }
  return runs;
}

/** Milliseconds by a clock that all threads of this process share and nobody sets. */
export function monotonicMs(): number {
  return OFFSET_MS + performance.now();
}
