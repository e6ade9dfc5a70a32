const PATH = /^(\*|[^.*]{1,128})(\.(\*|[^.*]{1,128})){0,15}$/;
const MOST = 100;

/** Everything that is wrong with a list of paths of fields, in words. */
export function findPathMistakes(paths: unknown): string[] {
  if (paths === undefined) return [];
  if (!Array.isArray(paths) || paths.length > MOST)
    return [`redact: expected a list of at most ${MOST} paths`];
  return paths.flatMap((path: unknown, index) =>
    typeof path === 'string' && PATH.test(path) && !path.includes('\0')
      ? []
      : [
          `redact[${index}]: expected names of members with points between them, * for any, such as password or card.*, received ${JSON.stringify(path) ?? typeof path}`,
        ],
  );
}
