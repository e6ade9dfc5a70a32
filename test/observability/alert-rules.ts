import { readFileSync } from 'node:fs';

export interface AlertRule {
  name: string;
  expression: string;
}

export interface DashboardQuery {
  panel: string;
  expression: string;
}

interface Dashboard {
  panels: { title: string; targets: { expr: string }[] }[];
}

/** The rules of docs/prometheus-alerts.yml, whose expressions are one line each. */
export function readAlertRules(): AlertRule[] {
  const text = readFileSync(new URL('../../docs/prometheus-alerts.yml', import.meta.url), 'utf8');
  const rules = [...text.matchAll(/^ +- alert: (\w+)\n +expr: (.+)$/gm)];
  return rules.map(([, name = '', expression = '']) => ({ name, expression }));
}

/** The queries of docs/grafana-dashboard.json, for every queue and over five minutes. */
export function readDashboardQueries(): DashboardQuery[] {
  const text = readFileSync(new URL('../../docs/grafana-dashboard.json', import.meta.url), 'utf8');
  const { panels } = JSON.parse(text) as Dashboard;
  return panels.flatMap(({ title: panel, targets }) =>
    targets.map(({ expr }) => ({
      panel,
      expression: expr.replaceAll('$queue', '.*').replaceAll('$__rate_interval', '5m'),
    })),
  );
}
