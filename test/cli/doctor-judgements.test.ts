import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { judgeClock } from '../../src/cli/doctor/check-clock.ts';
import { connectionsOf, judgeConnections } from '../../src/cli/doctor/check-connections.ts';
import { judgeVersion } from '../../src/cli/doctor/check-database.ts';
import { judgeEnqueuers, judgeLocks } from '../../src/cli/doctor/check-locks.ts';
import { judgeRoutes } from '../../src/cli/doctor/check-routes.ts';
import { judgeUpkeep } from '../../src/cli/doctor/check-upkeep.ts';
import { judgeBloat, judgeHolders } from '../../src/cli/doctor/check-vacuum.ts';
import type { UpkeepState } from '../../src/look/upkeep.ts';
import type { VacuumHolder } from '../../src/look/vacuum-holders.ts';
import { healthyStats } from '../observability/healthy-stats.ts';

const NEEDS = { api: 23, worker: 49, all: 69 };

describe('the doctor', () => {
  test('refuses a Postgres that is too old, and warns of one that nobody has tried', () => {
    assert.equal(judgeVersion({ number: 150_018, text: '15.18' }).level, 'ok');
    assert.equal(judgeVersion({ number: 180_004, text: '18.4' }).level, 'ok');
    const { level, what, advice } = judgeVersion({ number: 140_022, text: '14.22' });
    assert.deepEqual([level, what], ['error', 'Postgres 14.22']);
    assert.match(advice ?? '', /needs Postgres 15 or later/);
    assert.equal(judgeVersion({ number: 190_001, text: '19.1' }).level, 'warning');
  });

  test('warns of a clock that is seconds off, and reports one that is a minute off', () => {
    assert.equal(judgeClock(-1_900).level, 'ok');
    assert.match(judgeClock(2_500).what, /^the database's clock is 2\.5 s ahead of this machine's$/);
    assert.equal(judgeClock(2_500).level, 'warning');
    assert.match(judgeClock(-61_000).what, /61 s behind/);
    assert.equal(judgeClock(-61_000).level, 'error');
  });

  test('counts the connections of a process as docs/architecture.md does', () => {
    const queues = [
      { name: 'critical', concurrency: 10 },
      { name: 'default', concurrency: 5 },
    ];
    assert.deepEqual(connectionsOf({ queues }), { api: 23, worker: 49, all: 69 });
  });

  test('reports routes that no running worker serves, and those that workers do not agree on', () => {
    const planned = { task: 'mail', route: 'kafka:mails', queue: 'out', waitingCount: 0 };
    const served = { task: 'mail', route: 'kafka:mails', workerCount: 2 };
    const said = (...given: Parameters<typeof judgeRoutes>) =>
      judgeRoutes(...given).map(({ level, what }) => `${level}: ${what}`);
    assert.deepEqual(said([], [{ ...served, route: 'postgres' }]), []);
    assert.deepEqual(said([planned], [served]), ['ok: task "mail" goes to kafka:mails by 2 workers']);
    assert.deepEqual(said([], [served]), said([planned], [served]));
    const nobody = 'task "mail" goes to kafka:mails, and no running worker takes it there';
    assert.deepEqual(said([planned], []), [`warning: ${nobody}`]);
    assert.deepEqual(said([{ ...planned, waitingCount: 1 }], []), [`error: ${nobody}, with 1 job waiting`]);
    assert.deepEqual(said([planned], [served, { ...served, route: 'postgres', workerCount: 1 }]), [
      'warning: task "mail" goes to kafka:mails by 2 workers and to a handler by 1 worker',
    ]);
    assert.match(
      said([planned], [{ ...served, route: 'postgres' }])[0] ?? '',
      /^warning: .* by these settings, and no running worker takes it there: it goes to a handler by 2 workers/,
    );
  });

  test('and docs/architecture.md as the pools are', async () => {
    const text = await readFile(new URL('../../docs/architecture.md', import.meta.url), 'utf8');
    const [, setting = '', ...sums] =
      /`QUEUES=([\w:,]+)` +\| +\| up to (\d+) +\| up to (\d+) +\| up to (\d+)/.exec(text) ?? [];
    const queues = setting.split(',').map((each) => each.split(':'));
    const { api, worker, all } = connectionsOf({
      queues: queues.map(([name = '', concurrency]) => ({ name, concurrency: Number(concurrency) })),
    });
    assert.deepEqual(sums.map(Number), [api, worker, all]);
  });

  test('reports a concurrency that the server has too few connections for', () => {
    const limits = { usable: 97, used: 3, role: null, database: null };
    assert.equal(judgeConnections(limits, NEEDS).level, 'ok');
    const tooMany = judgeConnections(limits, { api: 23, worker: 98, all: 118 });
    assert.equal(tooMany.level, 'error');
    assert.match(
      tooMany.what,
      /a worker opens up to 98 connections, an API 23, npx howdah start 118; the server allows 97 \(max_connections\), 3 are/,
    );
    const ofRole = judgeConnections({ ...limits, role: 20 }, NEEDS);
    assert.match(`${ofRole.what} ${ofRole.advice}`, /allows 20 \(the role's limit\).*raise the role's limit/);
  });

  test('warns when a worker has enough connections, but not with an API beside it', () => {
    const limits = { usable: 68, used: 0, role: null, database: null };
    assert.equal(judgeConnections(limits, NEEDS).level, 'warning');
    assert.equal(judgeConnections({ ...limits, usable: 69 }, NEEDS).level, 'ok');
    assert.equal(judgeConnections({ ...limits, usable: 46 }, NEEDS).level, 'error');
  });

  test('warns when most connections are in use', () => {
    const limits = { usable: 97, used: 80, role: null, database: null };
    assert.equal(judgeConnections(limits, NEEDS).level, 'warning');
  });

  test('warns of more dead rows than jobs, from 100,000 on', () => {
    assert.deepEqual(judgeBloat(healthyStats().queues), [
      { level: 'ok', what: 'dead rows of the job tables' },
    ]);
    const [busy] = judgeBloat(healthyStats({ deadTupleCount: 200_000, availableCount: 300_000 }).queues);
    assert.equal(busy?.level, 'ok');
    const [bloated, ...others] = judgeBloat(healthyStats({ deadTupleCount: 200_000 }).queues);
    assert.deepEqual([bloated?.level, others], ['warning', []]);
    assert.match(bloated?.what ?? '', /queue "critical" has 200000 dead rows/);
  });

  test('names a transaction that has been open for long, and how to end it', () => {
    const holder: VacuumHolder = {
      ...{ kind: 'session', pid: 77, name: 'report', role: 'ada', state: 'idle in transaction' },
      ...{ startedAt: new Date(), ageSeconds: 599, ageTransactions: 4 },
    };
    assert.equal(judgeHolders([holder])[0]?.level, 'ok');
    const [long] = judgeHolders([{ ...holder, ageSeconds: 3_700 }]);
    assert.equal(long?.level, 'warning');
    assert.match(long?.what ?? '', /open for 1h 1m \(report, role ada, pid 77, idle in transaction\)/);
    assert.match(long?.advice ?? '', /select pg_terminate_backend\(77\)/);
  });

  test('names a replication slot and a standby that are far behind, and what ends that', () => {
    const slot: VacuumHolder = {
      ...{ kind: 'slot', pid: null, name: 'left_behind', role: null, state: 'reserved' },
      ...{ startedAt: null, ageSeconds: null, ageTransactions: 1_000_000 },
    };
    assert.equal(judgeHolders([slot])[0]?.level, 'ok');
    const late = { ...slot, ageTransactions: 1_000_001 };
    const findings = judgeHolders([
      late,
      { ...late, pid: 7 },
      { ...late, kind: 'standby', pid: 8, name: 'bi' },
    ]);
    const [idle, read, standby] = findings.map(({ level, what, advice }) => `${level}: ${what} → ${advice}`);
    assert.match(idle ?? '', /^warning: .*"left_behind" \(nobody reads it\) is 1000001 transactions behind/);
    assert.match(idle ?? '', /→ .*select pg_drop_replication_slot\('left_behind'\)$/);
    assert.match(read ?? '', /^warning: .*"left_behind" \(read by pid 7\).* → .*hot_standby_feedback = off/);
    assert.doesNotMatch(read ?? '', /pg_drop_replication_slot/);
    assert.match(standby ?? '', /^warning: .*standby \(bi, pid 8\).* → .*hot_standby_feedback = off/);
  });

  test('names upkeep that fails, and what nobody did although workers are there', () => {
    const state: UpkeepState = {
      ...{
        kind: 'audit_log',
        periodMs: 3_600_000,
        lastStartedAt: null,
        lastSucceededAt: null,
        lastRemoved: 0,
      },
      ...{ removedTotal: 0, lastError: null, nextDueAt: null, ageSeconds: 4_200, overdueSeconds: 600 },
      ...{ host: 'h', pid: 1 },
    };
    const late = { ...state, overdueSeconds: 601 };
    const levels = (states: UpkeepState[], isServed = true) =>
      judgeUpkeep(states, isServed).map(({ level }) => level);
    assert.deepEqual(levels([state]), ['ok']);
    assert.deepEqual(levels([late], false), ['ok']);
    assert.deepEqual(levels([late, { ...state, lastError: 'no' }, { ...late, lastError: 'no' }]), [
      'error',
      'warning',
      'error',
    ]);
    assert.match(
      judgeUpkeep([late], true)[0]?.what ?? '',
      /^upkeep "audit_log" has not succeeded for 1h 10m$/,
    );
  });

  test('names who keeps a whole table locked, once that is no mere moment', () => {
    const holder = {
      ...{ pid: 77, name: 'deploy', role: 'ada', state: 'idle in transaction' },
      ...{ table: 'graphile_worker._private_jobs', ageSeconds: 4 },
    };
    assert.equal(judgeLocks([holder])[0]?.level, 'ok');
    const [long] = judgeLocks([{ ...holder, ageSeconds: 90 }]);
    assert.equal(long?.level, 'error');
    assert.match(long?.what ?? '', /_private_jobs has been locked for 1m 30s \(deploy, role ada, pid 77/);
    assert.match(long?.advice ?? '', /pg_terminate_backend\(77\)/);
    assert.match(judgeLocks([{ ...holder, ageSeconds: null }])[0]?.what ?? '', /has been locked \(deploy/);
  });

  test('names who holds a sequence by a transaction that stays open, where that may be known', () => {
    const holder = {
      ...{ pid: 77, name: 'import', role: 'ada', state: 'idle in transaction' },
      ...{ table: 'howdah.sequences', ageSeconds: 90 },
    };
    assert.deepEqual(
      judgeEnqueuers([
        { ...holder, ageSeconds: 4 },
        { ...holder, ageSeconds: null },
      ]),
      [],
    );
    const [long] = judgeEnqueuers([holder]);
    assert.equal(long?.level, 'warning');
    assert.match(long?.what ?? '', /^a sequence has been held for 1m 30s \(import, role ada, pid 77, idle/);
    assert.match(long?.advice ?? '', /pg_terminate_backend\(77\)/);
  });
});
