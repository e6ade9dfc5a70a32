import type { GateTrouble, RunGate } from '../../src/tasks/run-gate.ts';
import { WaitLine } from '../../src/work/runner/wait-line.ts';

/** A gate that is open or shut as the test says. */
export class FakeGate implements RunGate {
  readonly name: string;
  doubt: GateTrouble | undefined;
  readonly #line = new WaitLine();
  readonly #listeners: (() => void)[] = [];
  #trouble: GateTrouble | undefined;

  /** @param because why it is shut. @default it is open */
  constructor(name = 'rabbitmq', because?: string) {
    this.name = name;
    if (because !== undefined) this.#trouble = { since: new Date(), because };
  }

  get isOpen(): boolean {
    return this.#trouble === undefined;
  }

  get trouble(): GateTrouble | undefined {
    return this.#trouble;
  }

  /** How many wait. */
  get waitingCount(): number {
    return this.#line.length;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  enter(): boolean {
    return this.isOpen;
  }

  async turn(signal: AbortSignal): Promise<void> {
    while (this.#trouble) await this.#line.turn(signal);
  }

  left(): void {}

  shut(because = 'connect ECONNREFUSED'): void {
    this.#change({ since: new Date(), because });
  }

  open(): void {
    this.#change(undefined);
  }

  #change(trouble: GateTrouble | undefined): void {
    this.#trouble = trouble;
    for (const listener of this.#listeners) listener();
    if (!trouble) this.#line.admitAll();
  }
}
