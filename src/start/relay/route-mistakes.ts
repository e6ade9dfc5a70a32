import type { AnyApp } from '../../app/define-app.ts';
import { loadTasks } from '../../app/load-tasks.ts';
import { ConfigError, type ConfigProblem, type OwnConfig, type Role } from '../../config.ts';
import { planRelay } from './plan-relay.ts';

/**
 * Finds what is wrong with routes and sources, so that it is told with what is wrong with settings, and not after that was mended.
 * Nothing for a process that looks at none, and where the tasks cannot be loaded, which whoever loads them next tells of.
 */
export async function routeMistakes(
  app: AnyApp,
  role: Role,
): Promise<(config: OwnConfig) => readonly ConfigProblem[]> {
  const loaded = role === 'api' ? undefined : await loadTasks(app).catch(() => undefined);
  return (config) => {
    if (!loaded) return [];
    try {
      planRelay(loaded, config);
      return [];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error.problems;
    }
  };
}
