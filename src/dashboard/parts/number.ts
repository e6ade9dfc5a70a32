import type { View } from '../shell/view.ts';

/** Made once for each language: to make one takes longer than to write a hundred numbers, and a page has thousands. */
const exact = new Map<string, Intl.NumberFormat>();
const compact = new Map<string, Intl.NumberFormat>();

/** A count as people of that language read it: 1,234,567. */
export function count({ language }: View, value: number): string {
  return formatOf(exact, language, {}).format(value);
}

/** The same where there is little room, 1.2M; one that was estimated says so. */
export function shortCount({ language, texts }: View, value: number, isEstimate = false): string {
  const shown = formatOf(compact, language, { notation: 'compact', maximumFractionDigits: 1 }).format(value);
  return isEstimate && value > 0 ? texts.parts.about(shown) : shown;
}

function formatOf(
  made: Map<string, Intl.NumberFormat>,
  language: string,
  options: Intl.NumberFormatOptions,
): Intl.NumberFormat {
  const format = made.get(language) ?? new Intl.NumberFormat(language, options);
  made.set(language, format);
  return format;
}
