import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { sessionName } from '../../src/dashboard/session/session.ts';
import { NASTY_TEXTS } from '../support/nasty-texts.ts';
import { FORMS, PAGES, type Place } from './input-places.ts';
import { ADMIN, openDashboard, type TestDashboard, VIEWER } from './open-dashboard.ts';
import { addHostileJob, addSchedule, seedJobs } from './seed-jobs.ts';

const RUNS_PER_PLACE = 25;

/** Stands in a page as it is only where something was not escaped. */
const MARK = `zq"'><b zq>&lt;`;
const UNESCAPED = /zq"|<b zq|<img src=x|<script>alert/;

const SESSION = sessionName({ adminToken: ADMIN, viewerToken: VIEWER });

/** What a browser would send of no form: the characters themselves are wrong. */
const RAW = ['%', '%zz', '%C0%80', '%ED%A0%80', '%FF', '%u0041', '+', '%00', ''];

/** What a request has beside its path. */
interface Sent {
  pairs: string;
  sent: Record<string, string>;
}

let dashboard: TestDashboard;
let ids: string[];
const served = new Set<Place>();
before(async () => {
  dashboard = await openDashboard();
  ids = [...Object.values(await seedJobs(dashboard)), await addHostileJob(dashboard)];
  await addSchedule(dashboard);
  await dashboard.pool.query(`select howdah.announce_source('kafka:users.v1', 'works', 'bank')`);
  const { rows } = await dashboard.pool.query(
    'select distinct howdah.failure_id(task, last_error) from howdah.jobs',
  );
  ids.push(...rows.map(({ failure_id }) => failure_id));
});
after(() => dashboard.close());

/** As it is sent: escaped. */
function values(usual: readonly string[]): fc.Arbitrary<string> {
  const said = fc.oneof(
    { weight: 24, arbitrary: fc.constantFrom(...(usual.length > 0 ? usual : ids)) },
    { weight: 2, arbitrary: fc.constantFrom(MARK, ...NASTY_TEXTS) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
    { weight: 1, arbitrary: fc.constantFrom(...usual, ...ids).map((text) => text + MARK) },
  );
  return fc.oneof(
    {
      weight: 24,
      arbitrary: said.map((text) => encodeURIComponent(text.toWellFormed()).replaceAll('.', '%2E')),
    },
    { weight: 1, arbitrary: fc.constantFrom(...RAW) },
  );
}

/** Pairs of an address or a form; some are missing, and some come twice. */
function pairsOf(fields: Place['fields']): fc.Arbitrary<string> {
  const pair = ([name, usual]: [string, readonly string[]]) =>
    fc.oneof(
      { weight: 12, arbitrary: values(usual).map((value) => [`${name}=${value}`]) },
      { weight: 1, arbitrary: fc.constant([]) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(values(usual), values(usual))
          .map((two) => two.map((value) => `${name}=${value}`)),
      },
    );
  const odd = fc.constantFrom(
    [],
    [],
    [],
    ['__proto__=1'],
    ['=', '&', '[]=1'],
    [`${encodeURIComponent(MARK)}=1`],
  );
  return fc.tuple(odd, ...Object.entries(fields).map(pair)).map((all) => all.flat().join('&'));
}

const headers = fc.record(
  {
    Accept: fc.constantFrom('text/html', 'application/json', MARK),
    'Accept-Language': fc.constantFrom('zh', 'en', 'x;q=y', '*', `${MARK},zh`),
    Referer: fc.constantFrom(
      'x',
      '/dashboard/',
      `http://x/dashboard/jobs?q=${MARK}`,
      'http://x/dashboard//evil',
      '%',
    ),
    'HX-Request': fc.constantFrom('true', 'x'),
    Cookie: fc.constantFrom(
      'howdah_language=zh',
      `howdah_language=${encodeURIComponent(MARK)}`,
      `${SESSION}=x.y`,
      `${SESSION}=${'x'.repeat(5_000)}`,
      '=;=;%',
    ),
  },
  { requiredKeys: [] },
);

async function check(path: string, init: RequestInit): Promise<number> {
  const answer = await fetch(new URL(path, dashboard.origin), { ...init, redirect: 'manual' });
  const text = await answer.text();
  assert.ok(answer.status < 500, `${answer.status} ${text}`);
  if (answer.headers.get('Content-Type')?.startsWith('text/html')) assert.doesNotMatch(text, UNESCAPED);
  const place = new URL(answer.headers.get('Location') ?? '', answer.url);
  assert.ok(place.origin === dashboard.origin && place.pathname.startsWith('/dashboard'), place.href);
  return answer.status;
}

/** With the parameters in the path, and the pairs where they belong. */
function send({ path, isForm }: Place, given: readonly string[], { pairs, sent }: Sent): Promise<number> {
  let count = 0;
  const address = path.replace(/:\w+/g, () => given[count++] || 'x');
  const all = { ...sent, Authorization: `Bearer ${ADMIN}`, 'Sec-Fetch-Site': 'same-origin' };
  if (!isForm) return check(`${address}?${pairs}`, { headers: all });
  const type = { 'Content-Type': 'application/x-www-form-urlencoded' };
  return check(address, { method: 'POST', headers: { ...all, ...type }, body: pairs });
}

for (const place of [...PAGES, ...FORMS]) {
  test(`${place.isForm ? 'POST' : 'GET'} ${place.path} takes whatever it is given`, async () => {
    const names = [...place.path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
    const parameters = fc.tuple(...names.map((name) => values(place.parameters?.[name] ?? ids)));
    const request = fc.record({ pairs: pairsOf(place.fields), sent: headers });
    const property = fc.asyncProperty(parameters, request, async (given, fields) => {
      if ((await send(place, given, fields)) < 400) served.add(place);
    });
    await fc.assert(property, { numRuns: RUNS_PER_PLACE, endOnFailure: true });
  });
}

test('most of them are served as well', () => {
  const { length } = [...PAGES, ...FORMS];
  assert.ok(served.size > (2 * length) / 3, `only ${[...served].map(({ path }) => path).join(', ')}`);
});
