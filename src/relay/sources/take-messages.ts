import type { Database } from '../../db/database.ts';
import { findServerError } from '../../db/server-error.ts';
import { queryRows } from '../../db/sql-client.ts';
import type { InboundMessage } from '../inbound.ts';
import { type MessageRow, refusedRow, toMessageRow, unreadableRow } from './message-row.ts';
import type { Source } from './source.ts';

/** What became of messages. */
export interface Taken {
  /** Why nothing was done with some of them, or all: see take_messages.sql. */
  readonly refused: 'paused' | 'refused' | 'lease' | null;
  readonly taken: number;
  readonly duplicates: number;
  readonly discarded: number;
  readonly withoutId: number;
}

export interface Taker {
  readonly db: Database;
  /** Names this process among the readers. */
  readonly reader: string;
  readonly source: Source;
  /** The partition that the messages are of, and by which right they are taken. @default they are a queue's */
  readonly lease?: { readonly partition: number; readonly lease: string };
}

const TAKE = `
  select refused, taken, duplicates, discarded, without_id as "withoutId"
  from howdah.take_messages($1::text, $2::uuid, $3::text, $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                            $10::integer, $11::bigint, $12::bigint[])`;

/** One statement takes so many at most: what it locks, and what is done again where its answer is lost, is bounded. */
const MAX_ROWS = 1_000;
const MAX_BYTES = 8 * 1_048_576;

/**
 * A value that the server cannot read, check, hold or index, or that no job may have: of one message, and there whenever it comes. Not
 * a key that is there twice, which a restore that left a sequence behind makes of any job.
 */
const OF_A_MESSAGE = /^(22|23514|23502|54|HWPAY|HWOPT)/;

/**
 * Makes jobs of messages: each statement is a transaction, and what it did is done. One message that the database does not take
 * is found by halves, and discarded with what the database said.
 *
 * @throws whatever else the database answers; to take the same messages again does no harm
 */
export async function takeMessages(taker: Taker, messages: readonly InboundMessage[]): Promise<Taken> {
  let total: Taken = NOTHING;
  for (const part of parts(messages, taker.source)) {
    total = add(total, await takePart(taker, part));
    if (total.refused !== null) break;
  }
  return total;
}

interface Part {
  readonly messages: readonly InboundMessage[];
  readonly rows: readonly MessageRow[];
}

const NOTHING: Taken = { refused: null, taken: 0, duplicates: 0, discarded: 0, withoutId: 0 };

function* parts(messages: readonly InboundMessage[], source: Source): Generator<Part> {
  let part: { messages: InboundMessage[]; rows: MessageRow[] } = { messages: [], rows: [] };
  let bytes = 0;
  for (const message of messages) {
    const row = toMessageRow(message, source);
    if (part.rows.length === MAX_ROWS || (bytes + row.bytes > MAX_BYTES && part.rows.length > 0)) {
      yield part;
      part = { messages: [], rows: [] };
      bytes = 0;
    }
    part.messages.push(message);
    part.rows.push(row);
    bytes += row.bytes;
  }
  if (part.rows.length > 0) yield part;
}

async function takePart(taker: Taker, { messages, rows }: Part): Promise<Taken> {
  try {
    return await ask(taker, rows);
  } catch (error) {
    const refusal = refusalIn(error);
    const [message, row] = [messages[0], rows[0]];
    if (refusal === undefined || !message || !row) throw error;
    if (messages.length > 1) return takeHalves(taker, { messages, rows });
    const refused = refusedRow(row, row.fault ?? `the database refused it: ${refusal}`);
    if (row.fault === null) return takePart(taker, { messages, rows: [refused] });
    if (row.payload === null) throw error;
    return takePart(taker, { messages, rows: [unreadableRow(refused, message)] });
  }
}

function refusalIn(error: unknown): string | undefined {
  const refused = findServerError(error);
  return refused && OF_A_MESSAGE.test(refused.sqlState) ? refused.message : undefined;
}

async function takeHalves(taker: Taker, { messages, rows }: Part): Promise<Taken> {
  const middle = Math.ceil(rows.length / 2);
  const first = await takePart(taker, { messages: messages.slice(0, middle), rows: rows.slice(0, middle) });
  if (first.refused !== null) return first;
  return add(first, await takePart(taker, { messages: messages.slice(middle), rows: rows.slice(middle) }));
}

async function ask({ db, reader, source, lease }: Taker, rows: readonly MessageRow[]): Promise<Taken> {
  const [taken] = await queryRows<Taken>(db, TAKE, [
    source.name,
    reader,
    source.task,
    ...(['id', 'payload', 'original', 'headers', 'sequence', 'fault'] as const).map((name) =>
      rows.map((row) => row[name]),
    ),
    lease?.partition ?? null,
    lease?.lease ?? null,
    lease ? rows.map(({ offset }) => offset) : null,
  ]);
  if (!taken) throw new Error('howdah.take_messages returned no row');
  return taken.refused === null ? taken : { ...NOTHING, refused: taken.refused };
}

function add(a: Taken, b: Taken): Taken {
  return {
    refused: b.refused,
    taken: a.taken + b.taken,
    duplicates: a.duplicates + b.duplicates,
    discarded: a.discarded + b.discarded,
    withoutId: a.withoutId + b.withoutId,
  };
}
