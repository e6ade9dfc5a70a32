// What pages do beyond what HTML does by itself: live updates, keys, times in the reader's zone, charts. Every page works
// without it. Loaded as a module, so after the document is there.

const { body } = document;
const home = body.dataset.dashboard ?? 'dashboard';
const remembered = (name) => localStorage.getItem(`howdah.${name}`);
const remember = (name, value) => localStorage.setItem(`howdah.${name}`, value);

function refresh() {
  showTimes();
  drawCharts();
  showSelection();
}

/**
 * A link with the token behind # comes from the terminal: it is sent to no server and stays in no history, also where somebody
 * is logged in already and the login led on to another page.
 */
function logInFromAddress() {
  const given = location.hash.slice(1);
  if (given === '' || document.getElementById(given)) return;
  history.replaceState(null, '', location.pathname + location.search);
  const form = document.getElementById('login');
  if (!form) return;
  form.elements.token.value = decoded(given);
  form.requestSubmit();
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a token that was put there by hand, with a % in it
  }
}

/**
 * What was done is told once: a page that is loaded again, or passed on, does not say so anew. It stays where the page is drawn
 * anew, which the very change that it tells of brings about.
 */
function forgetDone() {
  const notice = document.querySelector('[data-done]');
  if (!notice) return;
  document.getElementById('live')?.before(notice);
  const address = new URL(location.href);
  for (const name of ['done', 'made']) address.searchParams.delete(name);
  history.replaceState(null, '', address);
}

/** On a phone the navigation is wider than the screen. */
function showWhereItIs() {
  const here = document.querySelector('.pages [aria-current]');
  const list = here?.closest('ul');
  if (list) list.scrollLeft = here.offsetLeft - (list.clientWidth - here.offsetWidth) / 2;
}

// Times ---------------------------------------------------------------------------------------------------------------

const LOADING_MS = 10_000;

const UNITS = [
  ['year', 2 * 365 * 86_400_000, 365 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

/** By how much this machine's clock is ahead of the service's, in milliseconds; what loading takes does not count. */
const clockAhead = clockDifference(Date.now() - Number(body.dataset.now));

function clockDifference(ms) {
  return Math.abs(ms) > LOADING_MS ? ms : 0;
}

function showTimes() {
  const { lang } = document.documentElement;
  const exact = timeFormat('medium', 'long');
  const relative = new Intl.RelativeTimeFormat(lang, { style: 'short', numeric: 'always' });
  for (const time of document.querySelectorAll('time[datetime]')) {
    const at = new Date(time.dateTime);
    const said = exact.format(at);
    setText(
      time,
      'data-exact' in time.attributes ? said : ago(relative, at.getTime() + clockAhead - Date.now()),
    );
    if (time.title !== said) time.title = said;
  }
}

/** In the page's language and the chosen zone. */
function timeFormat(dateStyle, timeStyle) {
  const zone = remembered('zone') === 'own' ? {} : { timeZone: 'UTC' };
  return new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle, timeStyle, ...zone });
}

function ago(relative, ms) {
  const [unit, least, size = least] = UNITS.find(([, each]) => Math.abs(ms) >= each) ?? ['second', 1_000];
  return relative.format(Math.trunc(ms / size), unit);
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function followZone() {
  const button = document.getElementById('zone-switch');
  if (!button) return;
  const show = () =>
    setText(button, remembered('zone') === 'own' ? button.dataset.ownZone : button.dataset.utc);
  button.addEventListener('click', () => {
    remember('zone', remembered('zone') === 'own' ? 'utc' : 'own');
    show();
    showTimes();
    drawChartsAnew();
  });
  show();
}

// Live ----------------------------------------------------------------------------------------------------------------

function followLive() {
  const button = document.getElementById('live-switch');
  if (!button) return;
  if (body.dataset.live !== 'on') {
    button.hidden = true;
    return;
  }
  let source;
  let isLost = false;
  const isPaused = () => sessionStorage.getItem('howdah.paused') === 'yes';
  const show = () => {
    const { on, off, lost } = button.dataset;
    setText(button, isPaused() ? off : isLost ? lost : on);
    button.setAttribute('aria-pressed', String(isPaused()));
    button.classList.toggle('lost', isLost && !isPaused());
  };
  const setLost = (value) => {
    isLost = value;
    show();
  };
  const listen = () => {
    if (source || isPaused() || document.hidden) return;
    source = new EventSource(`${home}/live`);
    source.addEventListener('open', () => {
      if (isLost) drawAnew();
      setLost(false);
    });
    source.addEventListener('error', () => {
      setLost(true);
      if (source?.readyState !== EventSource.CLOSED) return;
      leave();
      setTimeout(listen, AGAIN_MS);
    });
    source.addEventListener('lost', () => setLost(true));
    source.addEventListener('changed', () => {
      setLost(false);
      drawAnew();
    });
  };
  const leave = () => {
    source?.close();
    source = undefined;
  };
  button.addEventListener('click', () => {
    sessionStorage.setItem('howdah.paused', isPaused() ? 'no' : 'yes');
    if (isPaused()) leave();
    else {
      listen();
      drawAnew();
    }
    show();
  });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return leave();
    listen();
    if (!isPaused()) drawAnew();
  });
  setInterval(() => {
    if (document.querySelector('[data-refresh]') && !isPaused() && !document.hidden) drawAnew();
  }, REFRESH_MS);
  show();
  listen();
}

/** A browser gives up for good where something between answers in place of the service; a page does not. */
const AGAIN_MS = 2_000;

/** How often a page is drawn anew that shows what no queue tells of, such as how far a run has come. */
const REFRESH_MS = 2_000;

/** What somebody is writing or choosing is not drawn anew under their hands. */
function drawAnew() {
  const live = document.getElementById('live');
  const isBusy =
    document.querySelector('dialog[open], details.menu[open], [data-row] input:checked') ||
    live?.contains(document.activeElement?.closest('form'));
  if (live && !isBusy) live.dispatchEvent(new CustomEvent('howdah-changed'));
}

// Keys ----------------------------------------------------------------------------------------------------------------

function followKeys() {
  const dialog = document.getElementById('keys');
  document.getElementById('keys-open')?.addEventListener('click', () => dialog?.showModal());
  let isGoing = false;
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === 'Escape') closeMenus();
    if (event.target.closest('input:not([type=checkbox]), textarea, select, dialog')) return;
    const { key } = event;
    const wasGoing = isGoing;
    isGoing = !wasGoing && key === 'g';
    const act = wasGoing ? () => go(key) : KEYS[key];
    if (!act || act(dialog) === false) return;
    event.preventDefault();
  });
}

const KEYS = {
  '/': search,
  '?': (dialog) => dialog?.showModal(),
  j: () => step(1),
  k: () => step(-1),
  x: () => press(currentRow()?.querySelector('input[type=checkbox]')),
  r: () => press(document.querySelector('[data-shortcut=r]')),
  c: () => press(document.querySelector('[data-shortcut=c]')),
  p: () => press(document.getElementById('live-switch')),
};

/** Where a page has no search, that of jobs is what is meant. */
function search() {
  const field = document.querySelector('[data-search]');
  if (field) return focusOn(field);
  sessionStorage.setItem('howdah.search', 'asked for');
  return go('j');
}

function focusOnSearch() {
  const field = document.querySelector('[data-search]');
  if (!field || !sessionStorage.getItem('howdah.search')) return;
  sessionStorage.removeItem('howdah.search');
  focusOn(field);
}

function go(key) {
  return press(document.querySelector(`.top [data-key="${CSS.escape(key)}"]`));
}

/** What opens a menu leads on to its first field. */
function press(element) {
  if (!element) return false;
  element.click();
  if (element.matches('details[open] > summary')) focusOn(element.parentElement.querySelector(FIELDS));
}

const FIELDS = 'input:not([type=hidden]), textarea, button';

/** Whoever goes on elsewhere leaves them; while one is open, nothing is drawn anew. */
function followMenus() {
  document.addEventListener('click', ({ target }) => {
    for (const menu of document.querySelectorAll('details.menu[open]')) {
      if (!menu.contains(target)) menu.open = false;
    }
  });
}

function closeMenus() {
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    menu.open = false;
    menu.querySelector('summary').focus();
  }
}

function focusOn(element) {
  if (!element) return false;
  element.focus();
  element.select?.();
}

/** Rows are stepped through by the link that each begins with, so that Enter opens it as ever. */
function step(by) {
  const rows = [...document.querySelectorAll('[data-row]')];
  if (rows.length === 0) return false;
  const at = rows.indexOf(currentRow());
  const next = rows[Math.min(Math.max(at < 0 && by < 0 ? rows.length - 1 : at + by, 0), rows.length - 1)];
  next.querySelector('a')?.focus();
  next.scrollIntoView({ block: 'nearest' });
}

function currentRow() {
  return document.activeElement?.closest('[data-row]') ?? undefined;
}

// Forms ---------------------------------------------------------------------------------------------------------------

const GO_ON_MS = 200;

function followForms() {
  document.addEventListener('submit', (event) => {
    const { confirm: question } = event.submitter?.dataset ?? {};
    if (question && !window.confirm(question)) event.preventDefault();
  });
  document.addEventListener('change', (event) => {
    const { target } = event;
    if (target.matches('[data-select-all]')) {
      for (const box of document.querySelectorAll('[data-row] input[type=checkbox]'))
        box.checked = target.checked;
    }
    if (target.matches('input[type=checkbox]')) showSelection();
  });
  addEventListener('pageshow', showSelection); // who comes back finds the boxes checked again, once all is loaded
  showSelection();
}

/**
 * Work that is done step by step goes on by itself, until somebody presses another button, or goes elsewhere: a step that was
 * sent then would take the page's place. A page that is opened anew by its address waits to be told.
 */
function followProgress() {
  const button = document.querySelector('[data-go-on]');
  if (!button) return;
  const address = new URL(location.href);
  address.searchParams.delete('going');
  history.replaceState(null, '', address);
  const timer = setTimeout(() => button.click(), GO_ON_MS);
  for (const type of ['submit', 'beforeunload']) addEventListener(type, () => clearTimeout(timer));
}

/** How many rows are selected, where a page says so, and what can be done only to those. */
function showSelection() {
  const boxes = [...document.querySelectorAll('[data-row] input[type=checkbox]')];
  const count = boxes.filter(({ checked }) => checked).length;
  for (const all of document.querySelectorAll('[data-select-all]')) {
    all.checked = count > 0 && count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  }
  for (const element of document.querySelectorAll('[data-selected-count]')) setText(element, String(count));
  for (const element of document.querySelectorAll('[data-needs-selection]')) element.disabled = count === 0;
}

// Search --------------------------------------------------------------------------------------------------------------

/** What it takes is loaded when such a field has the focus for the first time. */
function followSearch() {
  const complete = async ({ target }) => {
    if (!target?.matches?.('[data-complete]')) return;
    const { completeWhileTyping } = await import('./search.js');
    completeWhileTyping(target);
  };
  document.addEventListener('focusin', complete);
  complete({ target: document.activeElement });
}

// Charts --------------------------------------------------------------------------------------------------------------

/**
 * A figure with data-chart has JSON: { when, at: [seconds], series: [{ label, color, values }] }. The table in it is for those
 * without the script, and for screen readers.
 */
async function drawCharts({ anew = false } = {}) {
  const figures = [...document.querySelectorAll('figure[data-chart]')];
  if (figures.length === 0) return;
  const { default: Plot } = await import('./uplot.js');
  if (anew) endCharts(); // not before there is what draws them, or they would be gone for a moment
  for (const figure of figures) drawChart(Plot, figure);
}

/** By their figures: the plot, and what ends it. */
const drawn = new Map();

/** A plot keeps the colours and the zone that it was made with. */
function drawChartsAnew() {
  drawCharts({ anew: true });
}

function endCharts() {
  for (const { end } of drawn.values()) end();
  drawn.clear();
}

function followColors() {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawChartsAnew);
}

/** As the style sheet has it in the present scheme of colours; a canvas knows no variables. */
function color(name) {
  const probe = document.createElement('span');
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

const DAY_SECONDS = 86_400;

/** The time of day, with the day where it is the first or another; the day alone where there is no more than one of each. */
function axisTimes(_plot, splits, _axis, _space, stepSeconds) {
  const [times, days] = [timeFormat(undefined, 'short'), timeFormat('short')];
  let last;
  return splits.map((seconds) => {
    const [time, day] = [times, days].map((format) => format.format(seconds * 1000));
    const isNew = day !== last;
    last = day;
    if (stepSeconds >= DAY_SECONDS) return day;
    return isNew ? `${time}\n${day}` : time;
  });
}

/** What the legend says of a series: the value where somebody points, else the latest. */
function pointed(say) {
  return ({ data }, value, series, at) => {
    const shown = at == null ? data[series].at(-1) : value;
    return shown == null ? '–' : say(shown);
  };
}

function drawChart(Plot, figure) {
  const { when, at, series } = JSON.parse(figure.dataset.chart);
  const data = [at, ...series.map(({ values }) => values)];
  const known = drawn.get(figure);
  const place = figure.querySelector('.plot');
  if (known && place.contains(known.plot.root)) {
    known.plot.setData(data);
    return;
  }
  known?.end();
  const line = { stroke: color('line'), width: 1 };
  const dates = at.at(-1) - at[0] < DAY_SECONDS ? undefined : 'short';
  const axis = { stroke: color('quiet'), grid: line, ticks: line };
  const plot = new Plot(
    {
      width: Math.max(240, place.clientWidth),
      height: 180,
      tzDate: (seconds) =>
        remembered('zone') === 'own'
          ? new Date(seconds * 1000)
          : Plot.tzDate(new Date(seconds * 1000), 'UTC'),
      axes: [
        { ...axis, values: axisTimes },
        { ...axis, size: 60 },
      ],
      series: [
        { label: when, value: pointed((at) => timeFormat(dates, 'short').format(at * 1000)) },
        ...series.map(({ label, color: name }) => ({
          ...{ label, stroke: color(name), width: 2 },
          value: pointed((value) => value.toLocaleString(document.documentElement.lang)),
        })),
      ],
    },
    data,
    place,
  );
  const size = new ResizeObserver(() =>
    plot.setSize({ width: Math.max(240, place.clientWidth), height: 180 }),
  );
  size.observe(place);
  const end = () => {
    size.disconnect();
    plot.destroy();
  };
  drawn.set(figure, { plot, end });
}

// Begin ---------------------------------------------------------------------------------------------------------------

document.documentElement.classList.add('has-script');
logInFromAddress();
addEventListener('hashchange', logInFromAddress); // the link, opened where the login is open already
forgetDone();
showWhereItIs();
showTimes();
setInterval(showTimes, 1_000);
followZone();
followLive();
followKeys();
followMenus();
followForms();
followProgress();
followSearch();
focusOnSearch();
followColors();
drawCharts();
document.addEventListener('htmx:after:swap', refresh);
