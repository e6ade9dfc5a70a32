import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { JobState } from '../../look/job.ts';
import type { View } from '../shell/view.ts';

/** The state's word, with its colour. */
export function stateBadge({ texts }: View, state: JobState): Html {
  return html`<span class="state ${state}">${texts.parts.states[state]}</span>`;
}
