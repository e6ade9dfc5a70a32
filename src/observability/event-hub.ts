import { EventEmitter } from 'node:events';
import { checkEventName, checkListener } from './check-listener.ts';
import type { HowdahEvents } from './events.ts';

/**
 * Where the service announces what happens to jobs; logs and metrics listen. Listeners must not throw. One that `createEventHub` made
 * throws a TypeError where somebody would listen for what is no event of Howdah's.
 */
export type EventHub = EventEmitter<HowdahEvents>;

/** A hub without listeners. */
export function createEventHub(): EventHub {
  return new CheckingEmitter() as unknown as EventHub;
}

/** Every emitter has them; `once` and `on` of node:events listen for errors beside what they wait for. */
const OF_NODE: readonly unknown[] = ['error', 'newListener', 'removeListener'];

type Listener = Parameters<EventEmitter['on']>[1];
type Name = string | symbol;

class CheckingEmitter extends EventEmitter {
  override on(name: Name, listener: Listener): this {
    return super.on(...checked('on', name, listener));
  }

  override addListener(name: Name, listener: Listener): this {
    return super.addListener(...checked('addListener', name, listener));
  }

  override once(name: Name, listener: Listener): this {
    return super.once(...checked('once', name, listener));
  }

  override prependListener(name: Name, listener: Listener): this {
    return super.prependListener(...checked('prependListener', name, listener));
  }

  override prependOnceListener(name: Name, listener: Listener): this {
    return super.prependOnceListener(...checked('prependOnceListener', name, listener));
  }

  override off(name: Name, listener: Listener): this {
    return super.off(...checked('off', name, listener));
  }

  override removeListener(name: Name, listener: Listener): this {
    return super.removeListener(...checked('removeListener', name, listener));
  }

  override removeAllListeners(name?: Name): this {
    if (name === undefined) return super.removeAllListeners();
    checkName('removeAllListeners', name);
    return super.removeAllListeners(name);
  }
}

function checked(call: string, name: Name, listener: Listener): [Name, Listener] {
  checkName(call, name);
  checkListener(call, name, listener);
  return [name, listener];
}

function checkName(call: string, name: Name): void {
  if (typeof name !== 'symbol' && !OF_NODE.includes(name)) checkEventName(call, name);
}
