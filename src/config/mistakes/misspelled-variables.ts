import { isWithinEdits } from './edit-distance.ts';

/** Near a name of ours and yet in use by other programs. */
const OF_OTHERS = new Set(['SMTP_SSL']);
const UNIT_SUFFIX = /_(MS|MILLISECONDS|S|SEC|SECONDS|M|MIN|MINUTES|H|HOURS|D|DAYS)$/;

/**
 * Variables that somebody set believing they were one of `known`: those near the name of a setting that is itself not
 * set, or that name with a unit added.
 */
export function misspelledVariables(
  set: readonly string[],
  known: readonly string[],
): { variable: string; meant: string }[] {
  const unset = known.filter((name) => !set.includes(name));
  return set
    .filter((variable) => !known.includes(variable) && !OF_OTHERS.has(variable))
    .flatMap((variable) => {
      const meant = unset.find((name) => isNear(variable, name));
      return meant === undefined ? [] : [{ variable, meant }];
    });
}

/**
 * The shorter the name, the fewer edits, or other words come near: with two, HOME would be a misspelled HOST. So 4 to 7
 * letters allow one, longer names two.
 */
function isNear(variable: string, name: string): boolean {
  if (variable.replace(UNIT_SUFFIX, '') === name) return true;
  const edits = name.length < 8 ? 1 : 2;
  return isWithinEdits(edits, variable, name);
}
