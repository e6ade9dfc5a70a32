import { type FieldMistake, HowdahError } from '../../../errors.ts';
import type { JobFilter } from '../../../look/job-filter.ts';
import { BULK_STATES, type BulkAction, narrowToAction } from '../../../operate/bulk.ts';
import { wrongField } from '../../shell/page-error.ts';
import type { View } from '../../shell/view.ts';
import { readSearch } from '../read-search.ts';
import { forAction } from './action-buttons.ts';
import { readSeen, SEEN_FIELD, type SeenStates } from './seen-states.ts';

/** What is to be done, and to which jobs: those that were selected, or all that the search finds. */
export interface BulkOrder {
  action: BulkAction;
  scope: 'selected' | 'all';
  /** Those that were selected. */
  ids: readonly string[];
  /** Their states when a retry was asked about; of other actions, and before anybody was asked, none. */
  seen: SeenStates;
  /** The search of the page that it came from, as it was typed. */
  text: string;
  /** What the search finds in states that the action is for; undefined when none of its states is. */
  filter: JobFilter | undefined;
}

const MAX_SELECTED = 1_000;
const ID = /^[1-9]\d{0,17}$/;
/** What an order and its form consist of, and the notice that a page may have in its address. */
const FIELDS = ['action', 'scope', 'q', 'id', 'where', 'max', 'key', 'reason', 'stop', 'going', 'done'];

/**
 * The order that an address or a form has, by the fields action, scope, q and id. A form has the
 * search as `where` as well, in which no time ago moves on.
 *
 * @throws {HowdahError} `invalid_request` for an action or scope that there is not; for all jobs also without a search, with
 *   other fields, and for a search with mistakes: what was left out of it would have kept jobs from being changed
 */
export function readOrder(view: View, fields: URLSearchParams): BulkOrder {
  const action = fields.get('action') ?? '';
  if (!isAction(action)) throw notOneOf('action', Object.keys(BULK_STATES), action);
  const scope = fields.get('scope');
  if (scope !== 'selected' && scope !== 'all') throw notOneOf('scope', ['selected', 'all'], scope);
  if (scope === 'all') refuseOthers(fields);
  const ids = [...new Set(fields.getAll('id'))].slice(0, MAX_SELECTED);
  const unfit = ids.find((id) => !ID.test(id));
  if (unfit !== undefined) throw wrongField('id', { expected: ({ jobId }) => jobId, received: unfit });
  const text = fields.get('q') ?? '';
  const { filter, mistakes } = readSearch(view, new URLSearchParams({ q: fields.get('where') ?? text }));
  if (scope === 'all' && mistakes.length > 0)
    throw refused(mistakes.map(({ message }) => ({ field: 'q', message })));
  const fitting = forAction(action, filter);
  const seen = readSeen(fields.getAll(SEEN_FIELD));
  return { action, scope, ids, seen, text, filter: fitting && narrowToAction(action, fitting) };
}

/** A condition by a name that is not read must not become none: all jobs there are would be meant. */
function refuseOthers(fields: URLSearchParams): void {
  const other = [...fields.keys()].find((name) => !FIELDS.includes(name));
  if (other !== undefined) throw notOneOf(other, FIELDS, other);
  if (!fields.has('q')) throw wrongField('q', { expected: ({ search }) => search, received: null });
}

function isAction(name: string): name is BulkAction {
  return Object.hasOwn(BULK_STATES, name);
}

function notOneOf(field: string, names: readonly string[], received: string | null): HowdahError {
  return wrongField(field, { expected: ({ oneOf }) => oneOf(names.join(', ')), received });
}

function refused(fields: readonly FieldMistake[]): HowdahError {
  const detail = fields.map(({ field, message }) => `${field}: ${message}`).join('; ');
  return new HowdahError('invalid_request', { detail, fields });
}
