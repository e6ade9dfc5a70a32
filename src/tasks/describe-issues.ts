import type { z } from 'zod';
import type { FieldMistake } from '../errors.ts';

/** What a schema found wrong, field by field, without repeating any value it was given. */
export function describeIssues(error: Pick<z.ZodError, 'issues'>, root = ''): FieldMistake[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys')
      return [{ field: fieldPath(root, issue.path) || '(root)', message: issue.message }];
    const fields = issue.keys.map((key) => fieldPath(root, [...issue.path, key]));
    return fields.map((field) => ({ field, message: 'expected no member of this name' }));
  });
}

/** As in `payload.items[3].id`. */
export function fieldPath(root: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((prefix, key) => {
    if (typeof key === 'number') return `${prefix}[${key}]`;
    return prefix === '' ? String(key) : `${prefix}.${String(key)}`;
  }, root);
}
