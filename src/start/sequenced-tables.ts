/** The example application's tables whose ids come from a sequence: a restore may leave that behind. */
export const SEQUENCED_TABLES: readonly string[] = ['public.users'];
