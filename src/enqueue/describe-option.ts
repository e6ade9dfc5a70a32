import { OPTION_TABLE, type OptionName, type OptionRow } from './option-table.ts';

/** What an option is and what it may stand beside; `spell` says how its readers write the others' names. */
export function describeOption(
  { about, excludes = [], needs = [] }: OptionRow,
  spell: (name: string) => string,
): string {
  const inWords = (options: readonly OptionName[], word: string) =>
    options.map((option) => spell(OPTION_TABLE[option].name)).join(` ${word} `);
  return [
    about,
    ...(excludes.length > 0 ? [`excludes ${inWords(excludes, 'and')}`] : []),
    ...(needs.length > 0 ? [`needs ${inWords(needs, 'or')}`] : []),
  ].join('; ');
}
