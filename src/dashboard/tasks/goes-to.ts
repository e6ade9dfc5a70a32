import type { KnownTask } from '../../look/tasks.ts';
import type { View } from '../shell/view.ts';

/** Where the jobs of a task go, in words; empty where all of them run here, and where no worker says. */
export function goesTo({ texts }: View, { routes }: KnownTask): string {
  if (routes.every((route) => route === 'postgres')) return '';
  return routes.map((route) => (route === 'postgres' ? texts.tasks.here : route)).join(', ');
}
