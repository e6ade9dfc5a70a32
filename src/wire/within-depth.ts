import { MAX_DEPTH } from '../db/json-shape.ts';

const CUT = `[more than ${MAX_DEPTH} lists and objects within each other]`;

/**
 * A value of JSON for those who write or read it with a stack, which ends some thousand levels down: itself, or where it is
 * nested deeper than what is enqueued may be, as jobs are that the engine's own functions added, a copy that has a text in the
 * place of what lies deeper.
 */
export function withinDepth(root: unknown): unknown {
  return isDeep(root) ? cut(root) : root;
}

function isDeep(root: unknown): boolean {
  const open = [{ value: root, depth: 0 }];
  for (let each = open.pop(); each; each = open.pop()) {
    const { value, depth } = each;
    if (!isContainer(value)) continue;
    if (depth === MAX_DEPTH) return true;
    for (const member of Object.values(value)) open.push({ value: member, depth: depth + 1 });
  }
  return false;
}

/** As deep as may be, which any stack can bear. */
function cut(value: unknown, depth = 0): unknown {
  if (!isContainer(value)) return value;
  if (depth === MAX_DEPTH) return CUT;
  if (Array.isArray(value)) return value.map((each) => cut(each, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, cut(each, depth + 1)]));
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
