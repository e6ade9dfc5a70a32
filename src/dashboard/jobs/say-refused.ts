import { sqlStateOf } from '../../db/sql-state.ts';
import type { JobFilter } from '../../look/job-filter.ts';
import { MAX_SEARCH_MS } from '../../look/within-time.ts';
import { inReadersWords } from '../shell/page-error.ts';

const QUERY_CANCELED = '57014';

/** Why a search came to nothing, so that pages can tell it in the language of whoever looks. */
export function sayRefused(error: unknown, { queue = '', task = '' }: JobFilter): unknown {
  return inReadersWords(error, {
    unknown_queue: (texts, said) => texts.unknownQueue(JSON.stringify(queue), said),
    unknown_task: (texts, said) => texts.unknownTask(JSON.stringify(task), said),
    ...(sqlStateOf(error) === QUERY_CANCELED && {
      invalid_request: (texts, said) => texts.tooSlow(`${MAX_SEARCH_MS / 1000}`, said),
    }),
  });
}
