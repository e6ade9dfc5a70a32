import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { View } from '../shell/view.ts';

export interface CommandButton {
  /** Its address below /dashboard. */
  action: string;
  label: string;
  /** Fields that it sends beside those a person fills in. */
  fields?: Readonly<Record<string, string>>;
  /** What a person fills in. */
  inputs?: Html;
  /** For the keyboard: the script presses it. */
  shortcut?: string;
  isDanger?: boolean;
}

/** A button that changes something, as a form of its own. Viewers get none. */
export function commandForm(view: View, button: CommandButton): Html {
  const { action, label, fields = {}, inputs = '', shortcut = '', isDanger = false } = button;
  if (!view.mayAct) return html``;
  return html`<form class="command" method="post" action="${view.link(action)}">
<input type="hidden" name="key" value="${view.newKey()}">
<input type="hidden" name="back" value="${view.here}">
${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${inputs}<button class="${isDanger ? 'danger' : ''}" data-shortcut="${shortcut}">${label}</button>
</form>`;
}
