import { MAX_DEPTH } from '../db/json-shape.ts';

/**
 * A value of JSON for those who write or read it with a stack, which ends some thousand levels down: itself, or where it is
 * nested deeper than what is enqueued may be, as jobs are that the engine's own functions added, a copy that has a text in the
 * place of what lies deeper.
 */
export function withinDepth(root: unknown, maxDepth = MAX_DEPTH): unknown {
  return isDeep(root, maxDepth) ? cut(root, maxDepth) : root;
}

function isDeep(root: unknown, maxDepth: number): boolean {
  const open = [{ value: root, depth: 0 }];
  for (let each = open.pop(); each; each = open.pop()) {
    const { value, depth } = each;
    if (!isContainer(value)) continue;
    if (depth === maxDepth) return true;
    for (const member of Object.values(value)) open.push({ value: member, depth: depth + 1 });
  }
  return false;
}

/** As deep as may be, which any stack can bear. */
function cut(value: unknown, levels: number): unknown {
  if (!isContainer(value)) return value;
  if (levels === 0) return `[more than ${MAX_DEPTH} lists and objects within each other]`;
  if (Array.isArray(value)) return value.map((each) => cut(each, levels - 1));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, cut(each, levels - 1)]));
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
