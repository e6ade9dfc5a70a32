import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgeClock } from '../../src/cli/doctor/check-clock.ts';
import { connectionsOf, judgeConnections } from '../../src/cli/doctor/check-connections.ts';
import { judgeLocks } from '../../src/cli/doctor/check-locks.ts';
import { judgeBloat, judgeHolders } from '../../src/cli/doctor/check-upkeep.ts';
import type { VacuumHolder } from '../../src/inspect/vacuum-holders.ts';
import { healthyStats } from '../observability/healthy-stats.ts';

describe('the doctor', () => {
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
    assert.equal(connectionsOf({ queues }), 45);
  });

  test('reports a concurrency that the server has too few connections for', () => {
    const limits = { usable: 97, used: 3, role: null, database: null };
    assert.equal(judgeConnections(limits, 45).level, 'ok');
    const tooMany = judgeConnections(limits, 98);
    assert.equal(tooMany.level, 'error');
    assert.match(
      tooMany.what,
      /opens up to 98 connections; the server allows 97 \(max_connections\), 3 are in use/,
    );
    const ofRole = judgeConnections({ ...limits, role: 20 }, 45);
    assert.match(`${ofRole.what} ${ofRole.advice}`, /allows 20 \(the role's limit\).*raise the role's limit/);
  });

  test('warns when most connections are in use', () => {
    assert.equal(judgeConnections({ usable: 97, used: 80, role: null, database: null }, 45).level, 'warning');
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
});
