import { html } from 'hono/html';
import type { Html } from '../../../http/pages/layout.ts';
import type { BulkReport } from '../../../wire/schemas/bulk.ts';
import { count } from '../../parts/number.ts';
import { bar } from '../../parts/progress-bar.ts';
import type { Content } from '../../shell/layout.ts';
import type { View } from '../../shell/view.ts';
import { filterWords } from '../filter-words.ts';
import { searchAddress } from '../read-search.ts';
import type { BulkOrder } from './bulk-order.ts';
import { type BulkWork, workAddress, workFields } from './bulk-work.ts';
import type { StepResult } from './take-step.ts';

/** How far work has come, or what it came to. @param isGoing whether the script takes the next step by itself */
export function outcomePage(view: View, work: BulkWork, result: StepResult, isGoing = true): Content {
  return result.isOver ? reportPage(view, work, result) : progressPage(view, work, { ...result, isGoing });
}

/** With a button that takes the next step. */
function progressPage(
  view: View,
  work: BulkWork,
  { report, isGoing }: StepResult & { isGoing: boolean },
): Content {
  const { progress } = view.texts.jobs;
  const { order, max } = work;
  const title = progress.title[order.action];
  const body = html`<section class="confirm" aria-labelledby="progress-title">
<h1 id="progress-title">${title}</h1>
${which(view, order)}
${bar(max === 0 ? 100 : (report.matched / max) * 100)}
<p role="status">${progress.done(count(view, report.matched), count(view, max))}</p>
<form class="stacked" method="post" action="${view.link('jobs/act')}">
${workFields(work)}
<div class="actions"><button ${isGoing ? html`data-go-on` : ''}>${progress.goOn}</button><button class="danger" name="stop" value="yes">${progress.breakOff}</button></div>
<p class="quiet">${progress.hint}</p>
</form>
</section>`;
  return { title, page: 'jobs', body, at: workAddress(work, isGoing), isLive: false };
}

/** What was done to how many jobs. */
function reportPage(view: View, work: BulkWork, { report, isBrokenOff }: StepResult): Content {
  const { order } = work;
  const { report: texts } = view.texts.jobs;
  const title = isBrokenOff ? texts.brokenOff : texts.title[order.action];
  const body = html`<section class="confirm" aria-labelledby="report-title">
<h1 id="report-title">${title}</h1>
${order.scope === 'all' ? which(view, order) : ''}
<div role="status">${figures(view, report)}</div>
${report.skipped > 0 ? html`<p class="quiet">${texts.skippedHint}</p>` : ''}
${report.is_complete ? '' : html`<p>${texts.more}</p>`}
<p><a class="button" href="${view.link(searchAddress(order.text))}">${texts.back}</a></p>
</section>`;
  return { title, page: 'jobs', body, at: workAddress(work), isLive: false };
}

function figures(view: View, { matched, changed, skipped }: BulkReport): Html {
  const { report } = view.texts.jobs;
  const figure = (name: string, n: number) => html`<div><dt>${name}</dt><dd>${count(view, n)}</dd></div>`;
  return html`<dl class="figures">
${figure(report.matched, matched)}${figure(report.changed, changed)}${figure(report.skipped, skipped)}
</dl>`;
}

function which(view: View, { filter }: BulkOrder): Html {
  const { confirm } = view.texts.jobs;
  const words = filterWords(view, filter ?? {});
  return html`<p class="which">${words === undefined ? confirm.whichAll : confirm.which(words)}</p>`;
}
