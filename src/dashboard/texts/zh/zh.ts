import type { Texts } from '../en/en.ts';
import { audit } from './audit.ts';
import { done } from './done.ts';
import { failures } from './failures.ts';
import { job } from './job.ts';
import { jobs } from './jobs.ts';
import { mistakes } from './mistakes.ts';
import { overview } from './overview.ts';
import { parts } from './parts.ts';
import { queues } from './queues.ts';
import { schedules } from './schedules.ts';
import { shell } from './shell.ts';
import { sources } from './sources.ts';
import { tasks } from './tasks.ts';
import { workers } from './workers.ts';

/** 全部文字的简体中文版。 */
export const zh: Texts = {
  shell,
  parts,
  done,
  overview,
  failures,
  queues,
  jobs,
  job,
  workers,
  sources,
  schedules,
  tasks,
  audit,
  mistakes,
};
