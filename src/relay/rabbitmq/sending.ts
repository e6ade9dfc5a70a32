import type { Receipt } from '../broker.ts';
import type { Message } from '../message.ts';

/** A message on its way, until it is known what became of it, or nobody waits for that any more. */
export class Sending {
  readonly routingKey: string;
  readonly message: Message;
  readonly answer: Promise<Receipt>;
  /** Called once. */
  onOver: () => void = () => {};
  isOver = false;
  /** It was written to the channel that is open now. */
  isInFlight = false;
  /** Why it came back, in RabbitMQ's word. */
  returned: string | undefined;
  readonly #signal: AbortSignal;
  readonly #settled = Promise.withResolvers<Receipt>();
  #timer: NodeJS.Timeout | undefined;

  /** @throws the signal's reason, if it is aborted */
  constructor(routingKey: string, message: Message, signal: AbortSignal) {
    signal.throwIfAborted();
    this.routingKey = routingKey;
    this.message = message;
    this.answer = this.#settled.promise;
    this.#signal = signal;
    signal.addEventListener('abort', this.#giveUp);
  }

  resolve(receipt: Receipt): void {
    if (this.#end()) this.#settled.resolve(receipt);
  }

  reject(error: unknown): void {
    if (this.#end()) this.#settled.reject(error);
  }

  startTimer(timeoutMs: number, onTimeout: () => void): void {
    this.#timer = setTimeout(onTimeout, timeoutMs);
  }

  stopTimer(): void {
    clearTimeout(this.#timer);
  }

  readonly #giveUp = () => this.reject(this.#signal.reason);

  #end(): boolean {
    if (this.isOver) return false;
    this.isOver = true;
    this.stopTimer();
    this.#signal.removeEventListener('abort', this.#giveUp);
    this.onOver();
    return true;
  }
}
