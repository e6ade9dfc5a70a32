import { type BankSettings, readBankSettings } from '../../src/bank/settings/bank-settings.ts';
import { type Config, ConfigError, type ConfigProblem, loadConfig as load } from '../../src/config.ts';

/** The service's settings and those of its application, the bank, in one. */
export type FlatConfig = Omit<Config, 'settings'> & BankSettings;

export function loadConfig(env: Record<string, string | undefined>): FlatConfig {
  const { settings, ...own } = load(env, { readSettings: readBankSettings });
  return { ...own, ...settings };
}

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
