import type { SessionSettings } from '../../db/connections/session-settings.ts';

/**
 * For the sessions of an engine. Its fetch and its batches of ends look some hundred jobs up by their ids; while the table has
 * some ten thousand rows or its statistics say so, the planner would rather read it from end to end to hash it, which
 * takes ten times as long and waits for more to come. By these each id is a probe of the primary key, and what waits is read in
 * the order of its index, where statistics of a table that was empty would have all of it sorted.
 * Up to Postgres 17 what is off costs ten billion where there is no other way, for which a statement would be compiled each time.
 */
export const ENGINE_SETTINGS: SessionSettings = {
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_seqscan: 'off',
  enable_sort: 'off',
  jit: 'off',
};

/**
 * For sessions that run nothing but statements of ours and of the engine. Postgres would plan each five times for the values at
 * hand before it keeps a plan for all, in each session anew, and none of them gains by that.
 */
export const RUNNER_SETTINGS: SessionSettings = { ...ENGINE_SETTINGS, plan_cache_mode: 'force_generic_plan' };
