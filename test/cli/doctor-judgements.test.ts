import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgeClock } from '../../src/cli/doctor/check-clock.ts';
import { connectionsOf, judgeConnections } from '../../src/cli/doctor/check-connections.ts';
import { isBloated } from '../../src/cli/doctor/check-upkeep.ts';
import { healthyStats } from '../observability/healthy-stats.ts';
