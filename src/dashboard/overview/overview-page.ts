import { html } from 'hono/html';
import type { Html } from '../../http/pages/layout.ts';
import type { FailureGroups } from '../../look/failure-groups.ts';
import type { Overview, OverviewQueue } from '../../look/overview.ts';
import { breakable } from '../parts/breakable.ts';
import { empty } from '../parts/empty.ts';
import { failureTable } from '../parts/failure-table.ts';
import { count, shortCount } from '../parts/number.ts';
import { rateChart, waitChart } from '../parts/queue-charts.ts';
import { queueTable, waitingCount } from '../parts/queue-table.ts';
import { shortRemedy } from '../parts/remedy.ts';
import { staleCharts } from '../parts/stale-charts.ts';
import { unread } from '../parts/unread.ts';
import type { Content } from '../shell/layout.ts';
import type { View } from '../shell/view.ts';
import { chooseQueues } from './choose-queues.ts';
import { because, type Judgement, judge, waited } from './judge.ts';

/** Queues that are behind and named below the worst. */
const MOST_BEHIND = 5;
/** Failures that are shown here; the page of failures has all. */
const MOST_FAILURES = 5;

/** @param failures undefined where they cannot be read right now: all the rest is shown */
export function overviewPage(view: View, overview: Overview, failures: FailureGroups | undefined): Content {
  const { texts } = view;
  const body = html`${verdict(view, judge(view, overview, failures?.groups ?? []))}
${figures(view, overview)}
<h2>${texts.queues.title}</h2>
${overview.queues.length === 0 ? empty(texts.overview.noQueue) : worstQueues(view, overview.queues)}
<h2>${texts.overview.lastHour}</h2>
${staleCharts(view, overview.chart)}
${overview.chart.length === 0 ? empty(texts.overview.noChart) : html`<div class="charts">${rateChart(view, overview.chart)}${waitChart(view, overview.chart)}</div>`}
<h2>${texts.overview.newestFailures}</h2>
${failures === undefined ? unreadFailures(view) : newestFailures(view, failures)}`;
  return { title: texts.overview.title, page: 'overview', body };
}

function verdict(view: View, { mood, sentence, worst, others = [], failing }: Judgement): Html {
  const { overview } = view.texts;
  const named = others.slice(0, MOST_BEHIND);
  return html`<section class="verdict ${mood}"><h1>${sentence}</h1>${worst ? remedy(view, worst) : ''}
${failing ? html`<p><a href="${view.link(`failures/${failing.id}`)}">${breakable(failing.error ?? view.texts.failures.noError)}</a></p>` : ''}
${named.length === 0 ? '' : html`<ul>${named.map((queue) => alsoBehind(view, queue))}${others.length > named.length ? html`<li>${overview.moreBehind(count(view, others.length - named.length))}</li>` : ''}</ul>`}
</section>`;
}

function alsoBehind(view: View, queue: OverviewQueue): Html {
  const { queue: name } = queue;
  const said = view.texts.overview.alsoBehind(waited(view, queue), because(view, queue));
  return html`<li><a href="${view.link(`queues/${encodeURIComponent(name)}`)}">${name}</a> ${said}</li>`;
}

function worstQueues(view: View, queues: readonly OverviewQueue[]): Html {
  const chosen = chooseQueues(queues);
  if (chosen.length === queues.length) return queueTable(view, chosen);
  return html`${queueTable(view, chosen)}
<p><a href="${view.link('queues')}">${view.texts.overview.allQueues(count(view, queues.length))}</a></p>`;
}

function unreadFailures({ texts, link }: View): Html {
  return html`<p class="trouble">${texts.overview.unreadFailures} <a href="${link('failures')}">${texts.failures.title}</a></p>`;
}

function newestFailures(view: View, { groups }: FailureGroups): Html {
  const { texts } = view;
  const newest = [...groups].sort((a, b) => b.lastSeenAt.getTime() - a.lastSeenAt.getTime());
  if (newest.length === 0) return empty(texts.failures.none);
  return html`${failureTable(view, newest.slice(0, MOST_FAILURES))}
${newest.length > MOST_FAILURES ? html`<p><a href="${view.link('failures')}">${texts.overview.allFailures(count(view, newest.length))}</a></p>` : ''}`;
}

/** The job that has waited longest, and what would help it. */
function remedy(view: View, { verdict }: OverviewQueue): Html | '' {
  if (verdict.oldest === 'unread') return unread(view);
  if (verdict.oldest === null) return '';
  const { jobId } = verdict.oldest;
  return html`<p><a href="${view.link(`jobs/${jobId}`)}">${view.texts.overview.oldestJob(jobId)}</a> ${shortRemedy(view, verdict.oldest)}</p>`;
}

function figures(view: View, { queues, fleet }: Overview): Html {
  const { figures: names } = view.texts.overview;
  const sum = (pick: (queue: OverviewQueue) => number) =>
    queues.reduce((total, queue) => total + pick(queue), 0);
  const isEstimate = queues.some((queue) => queue.isEstimate);
  const isRetryableEstimate = queues.some((queue) => queue.isEstimate && queue.retryableCount > 0);
  const [waiting, retryable] = [sum(waitingCount), sum(({ retryableCount }) => retryableCount)];
  const isDead = fleet.aliveCount === 0;
  return html`<dl class="figures">
<div><dt>${names.waiting}</dt><dd>${shortCount(view, waiting, isEstimate)}</dd></div>
<div><dt>${names.running}</dt><dd>${count(
    view,
    sum(({ runningCount }) => runningCount),
  )}</dd></div>
<div><dt>${names.retryable}</dt><dd>${shortCount(view, retryable, isRetryableEstimate)}</dd></div>
<div class="${isDead ? 'bad figures-bad' : ''}"><dt>${names.workers}</dt><dd><a href="${view.link('workers')}">${count(view, fleet.aliveCount)}</a>${ailing(view, fleet)}</dd></div>
</dl>`;
}

/** Those that are not well, beside those that are alive. */
function ailing(view: View, { blockedCount, silentCount }: Overview['fleet']): Html | '' {
  const { blocked, silent } = view.texts.overview.ailing;
  const said = [
    ...(blockedCount > 0 ? [blocked(count(view, blockedCount))] : []),
    ...(silentCount > 0 ? [silent(count(view, silentCount))] : []),
  ];
  return said.length === 0 ? '' : html` <small class="bad">${said.join(' · ')}</small>`;
}
