import { ConfigError, type ConfigProblem, loadConfig } from '../../src/config.ts';

/** What loadConfig finds wrong with these variables; empty when nothing is. */
export function problemsOf(env: Record<string, string | undefined>): readonly ConfigProblem[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
