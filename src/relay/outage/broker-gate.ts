import type { GateTrouble, RunGate } from '../../tasks/run-gate.ts';
import type { Broker } from '../broker.ts';

/** How long it stays shut when a broker failed a message and has no trouble: whoever hands the message over at once fails again. */
const PAUSE_MS = 1_000;

/** Keeps runs from beginning while their broker is down, one gate for all tasks whose messages go there. */
export class BrokerGate implements RunGate {
  readonly #broker: Pick<Broker<never>, 'name' | 'trouble' | 'onChange'>;
  readonly #listeners = new Set<() => void>();
  #pause: GateTrouble | undefined;

  constructor(broker: Pick<Broker<never>, 'name' | 'trouble' | 'onChange'>) {
    this.#broker = broker;
    broker.onChange(() => this.#tell());
  }

  get name(): string {
    return this.#broker.name;
  }

  get isOpen(): boolean {
    return this.trouble === undefined;
  }

  get trouble(): GateTrouble | undefined {
    return this.#broker.trouble ?? this.#pause;
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** It shut meanwhile, or opens and shuts before anybody has his turn: then he waits on. */
  async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    while (!this.isOpen) await this.#change(signal);
  }

  /** A message was not taken, for the broker's sake. */
  failed(error: Error): void {
    if (this.#pause) return;
    this.#pause = { since: new Date(), because: error.message };
    setTimeout(() => {
      this.#pause = undefined;
      this.#tell();
    }, PAUSE_MS).unref();
    this.#tell();
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.#listeners.delete(onChange);
        signal.removeEventListener('abort', onAbort);
      };
      const onChange = () => {
        stop();
        resolve();
      };
      const onAbort = () => {
        stop();
        reject(signal.reason);
      };
      this.#listeners.add(onChange);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
