import { describeDatabaseAddress } from '../config/database/database-address.ts';
import { type Config, configWarnings, type Role } from '../config.ts';
import type { Service } from './service.ts';
import type { ServiceOptions } from './service-options.ts';

/** Tells whoever started the service where everything is: in words to a developer, as a log line in production. */
export function introduceService(
  service: Service,
  { app, config, role, log }: Pick<ServiceOptions, 'app' | 'config' | 'role' | 'log'>,
): void {
  const own = app.warn?.(config.settings, { environment: config.environment, role }) ?? [];
  for (const warning of [...configWarnings(config), ...own]) log.warn(warning);
  if (config.environment === 'production') log.info({ role, url: service.url }, 'howdah is up');
  else process.stdout.write(banner(service, config, role));
}

function banner(service: Service, config: Config, role: Role): string {
  const rows: [string, string | undefined][] = [
    ['Address', role === 'worker' ? undefined : service.url],
    ['Dashboard', role === 'worker' ? undefined : dashboardLink(service)],
    ['Health', `${service.url}/readyz`],
    ...(role === 'worker' ? [] : Object.entries(service.introduction)),
    [
      'Queues',
      role === 'api' ? undefined : config.queues.map((each) => `${each.name}:${each.concurrency}`).join(', '),
    ],
    [
      'Database',
      config.databaseUrl === undefined ? service.databaseUrl : describeDatabaseAddress(config.databaseUrl),
    ],
    ['Admin token', role === 'worker' ? undefined : service.adminToken],
    ['Viewer token', role === 'worker' ? undefined : service.viewerToken],
    ['Worker token', role === 'worker' ? undefined : service.workerToken],
  ];
  const lines = rows.flatMap(([label, value]) => (value ? [`  ${label.padEnd(13)} ${value}`] : []));
  return `\nHowdah is up (${role}). Ctrl-C stops it.\n\n${lines.join('\n')}\n\n`;
}

/** With the token behind #, which a browser keeps to itself: whoever opens it is logged in. */
function dashboardLink({ url, adminToken }: Service): string {
  return adminToken === undefined
    ? `${url}/dashboard`
    : `${url}/dashboard/login#${encodeURIComponent(adminToken)}`;
}
