import type { Sample } from './parse-scrape.ts';

/** Two scrapes of one service: what Prometheus knows when it evaluates. */
export interface Scrapes {
  before: readonly Sample[];
  now: readonly Sample[];
  secondsBetween: number;
}

export type Vector = { labels: Record<string, string>; value: number }[];
type Value = Vector | number;
type Evaluate = (scrapes: Scrapes) => Value;

const TOKEN =
  /\s*(?:([a-zA-Z_][\w:]*)|([\d.]+)(?![\w.])|(>=|<=|==|!=|=~|!~|[-+*/(){}[\],=<>])|"([^"]*)"|(\d+[smhd]))/y;
const COMPARISONS: Record<string, (left: number, right: number) => boolean> = {
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  '<': (left, right) => left < right,
  '==': (left, right) => left === right,
};
const AGGREGATIONS: Record<string, (values: number[]) => number> = {
  sum: (values) => values.reduce((total, each) => total + each, 0),
  max: (values) => Math.max(...values),
  min: (values) => Math.min(...values),
};

/**
 * What Prometheus answers to `expression`: the part of its language that docs/prometheus-alerts.yml and the dashboard
 * use, with its rules for precedence and matching. A range is taken to reach from one scrape to the other, and a
 * series that the first scrape lacks has no rate.
 *
 * @throws {SyntaxError} for anything else
 */
export function evaluate(expression: string, scrapes: Scrapes): Vector {
  const parser = new Parser(expression);
  const value = parser.parse()(scrapes);
  return typeof value === 'number' ? [{ labels: {}, value }] : value;
}

/** Names of the metrics that an expression selects. */
export function metricsIn(expression: string): string[] {
  return [...new Set([...expression.matchAll(/\b(?:howdah|process|nodejs)_\w+/g)].map(([name]) => name))];
}

class Parser {
  readonly #tokens: string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  parse(): Evaluate {
    const evaluated = this.#set();
    if (this.#at < this.#tokens.length) throw new SyntaxError(`unexpected ${this.#peek()}`);
    return evaluated;
  }

  #set(): Evaluate {
    let left = this.#comparison();
    while (['and', 'unless'].includes(this.#peek())) {
      const isAnd = this.#next() === 'and';
      const on = this.#take('on') ? this.#names() : undefined;
      const [first, second] = [left, this.#comparison()];
      left = (scrapes) => {
        const others = new Set(vector(second(scrapes)).map(({ labels }) => key(labels, on)));
        return vector(first(scrapes)).filter(({ labels }) => others.has(key(labels, on)) === isAnd);
      };
    }
    return left;
  }

  #comparison(): Evaluate {
    let left = this.#quotient();
    for (let compare = COMPARISONS[this.#peek()]; compare; compare = COMPARISONS[this.#peek()]) {
      this.#next();
      const [first, second, holds] = [left, this.#quotient(), compare];
      left = (scrapes) =>
        pairs(first(scrapes), second(scrapes)).flatMap(([one, other]) =>
          holds(one.value, other) ? [one] : [],
        );
    }
    return left;
  }

  #quotient(): Evaluate {
    let left = this.#primary();
    while (this.#take('/')) {
      const [first, second] = [left, this.#primary()];
      left = (scrapes) =>
        pairs(first(scrapes), second(scrapes)).map(([{ labels, value }, divisor]) => ({
          labels,
          value: value / divisor,
        }));
    }
    return left;
  }

  #primary(): Evaluate {
    const token = this.#next();
    if (/^[\d.]+$/.test(token)) return () => Number(token);
    if (token === '(') return this.#closed(this.#set());
    if (AGGREGATIONS[token]) return this.#aggregation(AGGREGATIONS[token]);
    if (token === 'rate' || token === 'increase') return this.#change(token === 'rate');
    if (token === 'histogram_quantile') return this.#quantile();
    if (token === 'absent') return this.#absent();
    const select = this.#selector(token);
    return ({ now }) => select(now);
  }

  #aggregation(combine: (values: number[]) => number): Evaluate {
    const by = this.#take('by') ? this.#names() : [];
    this.#expect('(');
    const of = this.#closed(this.#set());
    return (scrapes) =>
      [...Map.groupBy(vector(of(scrapes)), ({ labels }) => key(labels, by)).values()].map((group) => ({
        labels: keep(group[0]?.labels ?? {}, by),
        value: combine(group.map(({ value }) => value)),
      }));
  }

  #change(isPerSecond: boolean): Evaluate {
    this.#expect('(');
    const select = this.#selector(this.#next());
    this.#expect('[');
    this.#next();
    this.#expect(']');
    return this.#closed(({ before, now, secondsBetween }) => {
      const earlier = new Map(select(before).map(({ labels, value }) => [key(labels), value]));
      return select(now).flatMap(({ labels, value }) => {
        const from = earlier.get(key(labels));
        return from === undefined
          ? []
          : [{ labels, value: (value - from) / (isPerSecond ? secondsBetween : 1) }];
      });
    });
  }

  #quantile(): Evaluate {
    this.#expect('(');
    const quantile = Number(this.#next());
    this.#expect(',');
    const of = this.#closed(this.#set());
    return (scrapes) =>
      [...Map.groupBy(vector(of(scrapes)), ({ labels: { le, ...labels } }) => key(labels)).values()].map(
        (buckets) => {
          const { le, ...labels } = buckets[0]?.labels ?? {};
          return { labels, value: quantileOf(quantile, buckets) };
        },
      );
  }

  #absent(): Evaluate {
    this.#expect('(');
    const of = this.#closed(this.#set());
    return (scrapes) => (vector(of(scrapes)).length === 0 ? [{ labels: {}, value: 1 }] : []);
  }

  #selector(name: string): (samples: readonly Sample[]) => Vector {
    if (!/^[a-z]/.test(name)) throw new SyntaxError(`expected a metric, not ${name}`);
    const matchers: [string, (value: string) => boolean][] = [];
    if (this.#take('{')) {
      while (!this.#take('}')) {
        const label = this.#next();
        const isPattern = this.#next() === '=~';
        const wanted = this.#next();
        const pattern = new RegExp(`^(?:${wanted})$`);
        matchers.push([label, isPattern ? (value) => pattern.test(value) : (value) => value === wanted]);
        this.#take(',');
      }
    }
    return (samples) =>
      samples.filter(
        (sample) =>
          sample.name === name && matchers.every(([label, matches]) => matches(sample.labels[label] ?? '')),
      );
  }

  #names(): string[] {
    const names: string[] = [];
    this.#expect('(');
    while (!this.#take(')')) {
      names.push(this.#next());
      this.#take(',');
    }
    return names;
  }

  #closed<T>(value: T): T {
    this.#expect(')');
    return value;
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw new SyntaxError(`expected ${token}, not ${this.#peek()}`);
  }

  #take(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#at++;
    return true;
  }

  #next(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new SyntaxError('unexpected end');
    return token;
  }

  #peek(): string {
    return this.#tokens[this.#at] ?? '';
  }
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  const pattern = new RegExp(TOKEN);
  const trimmed = text.trim();
  while (pattern.lastIndex < trimmed.length) {
    const from = pattern.lastIndex;
    const match = pattern.exec(trimmed);
    if (!match) throw new SyntaxError(`cannot read ${trimmed.slice(from)}`);
    tokens.push(match.slice(1).find((each) => each !== undefined) ?? '');
  }
  return tokens;
}

/** Each element of the left with its partner's value: the scalar, or the element with the same labels. */
function pairs(left: Value, right: Value): [Vector[number], number][] {
  const partners = new Map(vector(right).map(({ labels, value }) => [key(labels), value]));
  return vector(left).flatMap((each) => {
    const other = typeof right === 'number' ? right : partners.get(key(each.labels));
    return other === undefined ? [] : [[each, other]];
  });
}

/** Linear within the bucket that the rank falls in, as Prometheus has it; the last finite bound beyond. */
function quantileOf(quantile: number, buckets: Vector): number {
  const bounds = buckets
    .map(({ labels: { le = '' }, value }) => ({
      bound: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le),
      value,
    }))
    .sort((one, other) => one.bound - other.bound);
  const rank = quantile * (bounds.at(-1)?.value ?? 0);
  if (rank === 0) return Number.NaN;
  const index = bounds.findIndex(({ value }) => value >= rank);
  const [below, found] = [bounds[index - 1] ?? { bound: 0, value: 0 }, bounds[index]];
  if (!found || found.bound === Number.POSITIVE_INFINITY) return below.bound;
  return below.bound + ((found.bound - below.bound) * (rank - below.value)) / (found.value - below.value);
}

function vector(value: Value): Vector {
  return typeof value === 'number' ? [{ labels: {}, value }] : value;
}

function keep(labels: Record<string, string>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => names.includes(name)));
}

function key(labels: Record<string, string>, names?: readonly string[]): string {
  return JSON.stringify(Object.entries(names ? keep(labels, names) : labels).sort());
}
