import type { View } from '../shell/view.ts';

/** A count as people of that language read it: 1,234,567. */
export function count(view: View, value: number): string {
  return new Intl.NumberFormat(view.language).format(value);
}

/** The same where there is little room, 1.2M; one that was estimated says so. */
export function shortCount(view: View, value: number, isEstimate = false): string {
  const shown = new Intl.NumberFormat(view.language, {
    notation: 'compact',
    maximumFractionDigits: 1,
  }).format(value);
  return isEstimate && value > 0 ? view.texts.parts.about(shown) : shown;
}
