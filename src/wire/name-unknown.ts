import { type FieldMistake, HowdahError } from '../errors.ts';

const FIELDS: Readonly<Record<string, string>> = { unknown_queue: 'queue', unknown_task: 'task' };

/** How the database says which job of a batch it means. */
const PLACE = /^(jobs\[\d+\]): /;

/** What to catch with: throws the error anew, an unknown queue or task with the field it was in, which begins with `prefix`. */
export function nameUnknown(prefix = ''): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof HowdahError) || error.fields.length > 0) throw error;
    const { code, message, details } = error;
    const field = FIELDS[code];
    if (field === undefined) throw error;
    const place = PLACE.exec(message)?.[1];
    const mistake: FieldMistake = {
      field: place === undefined ? `${prefix}${field}` : `${place}.${field}`,
      message: message.replace(PLACE, ''),
    };
    throw new HowdahError(error.kind, { detail: message, details, fields: [mistake], cause: error });
  };
}
