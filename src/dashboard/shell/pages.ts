/** The pages of the navigation: where below /dashboard, and the key that leads there after `g`. */
export const PAGES = {
  overview: { path: '', key: 'o' },
  jobs: { path: 'jobs', key: 'j' },
  failures: { path: 'failures', key: 'f' },
  queues: { path: 'queues', key: 'q' },
  workers: { path: 'workers', key: 'w' },
  sources: { path: 'sources', key: 'm' },
  schedules: { path: 'schedules', key: 's' },
  tasks: { path: 'tasks', key: 't' },
  audit: { path: 'audit', key: 'a' },
} as const satisfies Record<string, { path: string; key: string }>;

export type PageName = keyof typeof PAGES;
