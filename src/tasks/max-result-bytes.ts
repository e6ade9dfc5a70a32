/** Most bytes of a result's JSON text: 1 MiB. */
export const MAX_RESULT_BYTES = 1_048_576;
