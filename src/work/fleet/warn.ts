/** Writes a warning to the process's log; `err`, where there is one, is an error. */
export type Warn = (fields: { readonly err?: unknown; readonly token?: string }, message: string) => void;
