import { type Broker, BrokerDown, type BrokerTrouble } from '../../src/relay/broker.ts';
import type { Message } from '../../src/relay/message.ts';

export interface Sent<Target> {
  readonly target: Target;
  readonly message: Message;
}

/** A broker in this process that does as the test says. */
export class FakeBroker<Target> implements Broker<Target> {
  readonly name = 'rabbitmq';
  /** What it has, the oldest first. */
  readonly sent: Sent<Target>[] = [];
  /** Called before it takes a message; what it throws is what the publish does. @default nothing */
  onPublish: (sent: Sent<Target>, signal: AbortSignal) => Promise<void> | void = () => {};
  /** What it says of a target at start. @default it can be reached */
  onCheck: (target: Target) => string | undefined = () => undefined;
  /** What it says of a message that it took. */
  toReceipt: (target: Target) => Record<string, unknown> = () => ({ place: this.sent.length });
  readonly #listeners: (() => void)[] = [];
  #trouble: BrokerTrouble | undefined = { since: new Date(), because: 'connecting' };

  get trouble(): BrokerTrouble | undefined {
    return this.#trouble;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  open(): void {
    this.mend();
  }

  /** Takes nothing from now on. */
  break(because = 'connect ECONNREFUSED'): void {
    this.#change({ since: new Date(), because });
  }

  /** Takes messages again. */
  mend(): void {
    this.#change(undefined);
  }

  async publish(target: Target, message: Message, signal: AbortSignal): Promise<Record<string, unknown>> {
    signal.throwIfAborted();
    if (this.#trouble) throw new BrokerDown(this.#trouble.because);
    await this.onPublish({ target, message }, signal);
    this.sent.push({ target, message });
    return this.toReceipt(target);
  }

  async check(target: Target): Promise<string | undefined> {
    return this.onCheck(target);
  }

  async close(): Promise<void> {
    this.break('closed');
  }

  #change(trouble: BrokerTrouble | undefined): void {
    this.#trouble = trouble;
    for (const listener of this.#listeners) listener();
  }
}
