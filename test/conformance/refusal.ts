import assert from 'node:assert/strict';

/** What a refusal says, from whichever side. */
export interface RefusalFacts {
  /** As in `src/errors.ts`. */
  code: string;
  message: string;
  /** Names of wrong options and of wrong parts of a payload, in snake_case, sorted. */
  fields?: readonly string[];
  /** Id of the job that holds the unique key. */
  holder?: string | undefined;
  /** Place of the refused duplicate in its batch. */
  index?: number | undefined;
}

/** What every driver rejects with for a mistake of the caller; anything else is a defect. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly facts: RefusalFacts;

  constructor(facts: RefusalFacts, cause: unknown) {
    super(`${facts.code}: ${facts.message}`, { cause });
    this.facts = facts;
  }
}

/** The facts of what `work` is refused with; fails when it is not refused. */
export async function refusalOf(work: Promise<unknown>): Promise<RefusalFacts> {
  const [outcome] = await Promise.allSettled([work]);
  if (outcome.status === 'rejected' && outcome.reason instanceof Refusal) return outcome.reason.facts;
  if (outcome.status === 'rejected') throw outcome.reason;
  assert.fail(`it was not refused: ${JSON.stringify(outcome.value)}`);
}

/** The fields that a message names as "field: expected …", several parted by "; " or lines. */
export function fieldsIn(message: string): string[] {
  return toFields(
    [...message.matchAll(/(?:^|; |\n *|: )(?:--)?([\w.[\]-]+): (?=expected|[A-Z])/g)].map(
      ([, name = '']) => name,
    ),
  );
}

const OPTION_NAMES: Readonly<Record<string, string>> = {
  header: 'headers',
  limit: 'max',
  max_jobs: 'max',
  runs: 'fleet_concurrency',
};

/** Sorted, each once, without the differences between maxRetries, max-retries and max_retries, delayMs and delay. */
export function toFields(names: readonly string[]): string[] {
  const fields = names.map((name) => {
    if (/(^|\.)payload\b/.test(name)) return name;
    const snake = name
      .replace(/Ms$/, '')
      .replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
      .replaceAll('-', '_')
      .replace(/^filter\./, '')
      .replace(/^(headers)\..*/, '$1');
    return OPTION_NAMES[snake] ?? snake;
  });
  return [...new Set(fields)].sort();
}
