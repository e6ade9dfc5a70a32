import { types } from 'node:util';
import { MAX_RESULT_BYTES } from '../../tasks/max-result-bytes.ts';
import { isStorable } from '../../tasks/unstorable-text.ts';

/** Deeper than this, neither Postgres nor most that read JSON are sure to follow. */
const MAX_DEPTH = 512;

/** Postgres's numeric holds some more before the point. */
const MAX_DIGITS = 100_000;

/** Of what is dropped, so much is told; the rest is counted. */
const MAX_TOLD = 10;
const MAX_NAME_LENGTH = 60;
const MAX_PLACE_LENGTH = 200;

/** It would be more than `MAX_RESULT_BYTES` of JSON. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';

  constructor() {
    super(
      `result: expected at most ${MAX_RESULT_BYTES} bytes of JSON (1 MiB), received more; keep large data elsewhere and return where it is`,
    );
  }
}

/** Objects that hold what JSON does not see. */
const OPAQUE = [
  types.isMap,
  types.isSet,
  types.isWeakMap,
  types.isWeakSet,
  types.isPromise,
  types.isRegExp,
  types.isNativeError,
  types.isAnyArrayBuffer,
];

/** A copy of a value by what JSON can carry. Bigints stay. What is left out is null in its place, and told of. */
export class PlainCopy {
  readonly #told: string[] = [];
  #droppedCount = 0;
  /** The objects that the one at work is in. */
  readonly #above = new Set<object>();
  #bytes = 0;

  /** What was dropped or changed: "result.a[0]: a function; …"; undefined when nothing was. */
  get note(): string | undefined {
    const more = this.#droppedCount - this.#told.length;
    const told = more === 0 ? this.#told : [...this.#told, `and ${more} more`];
    return told.length === 0 ? undefined : told.join('; ');
  }

  /**
   * @param root what places begin with
   * @throws {TooLargeError} as soon as it is known to be: what refers to one thing many times may have no end
   */
  of(value: unknown, root: string): unknown {
    return this.#copy(value, root, '') ?? null;
  }

  /** Undefined for what is undefined, as JSON has it. */
  #copy(given: unknown, place: string, name: string): unknown {
    this.#count(1);
    const value = read(() => ownJson(given, name));
    if (value === FAILED) return this.#drop(place, 'cannot be read as JSON: it throws');
    if (value === null && types.isDate(given)) return this.#drop(place, 'a date that is none');
    switch (typeof value) {
      case 'string':
        return this.#text(value, place);
      case 'bigint':
        return String(value).length <= MAX_DIGITS
          ? value
          : this.#drop(place, 'a number with too many digits');
      case 'number':
        return Number.isFinite(value) ? value : this.#drop(place, String(value));
      case 'object':
        return value === null ? null : this.#object(value, place);
      case 'function':
      case 'symbol':
        return this.#drop(place, `a ${typeof value}`);
      default:
        return value;
    }
  }

  #object(value: object, place: string): unknown {
    if (this.#above.has(value)) return this.#drop(place, 'refers to what it is in');
    if (this.#above.size >= MAX_DEPTH) return this.#drop(place, `more than ${MAX_DEPTH} levels deep`);
    this.#above.add(value);
    try {
      if (types.isBoxedPrimitive(value)) return this.#copy(value.valueOf(), place, '');
      const kind = OPAQUE.some((isKind) => isKind(value)) ? kindOf(value) : undefined;
      if (kind !== undefined) return this.#drop(place, `${kind}, of which JSON keeps nothing`);
      return Array.isArray(value) ? this.#list(value, place) : this.#record(value, place);
    } catch (error) {
      if (error instanceof TooLargeError) throw error;
      return this.#drop(place, 'cannot be read: it throws');
    } finally {
      this.#above.delete(value);
    }
  }

  #list(value: readonly unknown[], place: string): unknown[] {
    const copy: unknown[] = [];
    for (let index = 0; index < value.length; index++) {
      copy.push(this.#member(value, String(index), `${place}[${index}]`) ?? null);
    }
    return copy;
  }

  #record(value: object, place: string): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    for (const name of Object.keys(value)) {
      const placed = `${place}.${printable(name)}`;
      const member = this.#member(value, name, placed);
      if (member === undefined) continue;
      const settings = { value: member, configurable: true, enumerable: true, writable: true };
      Object.defineProperty(copy, this.#text(name, placed), settings);
    }
    return copy;
  }

  #member(owner: object, name: string, place: string): unknown {
    const value = read(() => Reflect.get(owner, name));
    return value === FAILED ? this.#drop(place, 'its getter threw') : this.#copy(value, place, name);
  }

  #text(text: string, place: string): string {
    this.#count(text.length);
    if (isStorable(text)) return text;
    this.#tell(place, 'text that Postgres cannot hold (\\u0000, half of a surrogate pair) is U+FFFD there');
    return text.replaceAll('\0', '\ufffd').toWellFormed();
  }

  #drop(place: string, what: string): null {
    this.#tell(place, what);
    return null;
  }

  #tell(place: string, what: string): void {
    this.#droppedCount += 1;
    if (this.#told.length < MAX_TOLD) this.#told.push(`${shorten(place)}: ${what}`);
  }

  /** Every character and every value is a byte of JSON at least. */
  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > MAX_RESULT_BYTES) throw new TooLargeError();
  }
}

const FAILED = Symbol('failed');

function read<T>(get: () => T): T | typeof FAILED {
  try {
    return get();
  } catch {
    return FAILED;
  }
}

/** What its `toJSON` makes of it, which is not asked for another. */
function ownJson(value: unknown, name: string): unknown {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  const toJson: unknown = isObject ? Reflect.get(value, 'toJSON') : undefined;
  return typeof toJson === 'function' ? toJson.call(value, name) : value;
}

function kindOf(value: object): string {
  return printable(Object.prototype.toString.call(value).slice('[object '.length, -1));
}

/** A name for a note: it may be data, of any length and with anything in it. */
function printable(name: string): string {
  const shown = name.length <= MAX_NAME_LENGTH ? name : `${name.slice(0, MAX_NAME_LENGTH)}…`;
  return shown.replaceAll('\0', '\\u0000').toWellFormed();
}

function shorten(place: string): string {
  const half = MAX_PLACE_LENGTH / 2;
  return place.length <= MAX_PLACE_LENGTH
    ? place
    : `${place.slice(0, half)}…${place.slice(-half)}`.toWellFormed();
}
