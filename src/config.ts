import { resolve } from 'node:path';
import { defaultPublicUrl } from './config/default-public-url.ts';
import { EnvironmentReader } from './config/environment-reader.ts';
import { parseEnvironment } from './config/node-environment.ts';
import { type LogLevel, parseLogLevel } from './config/log-level.ts';
import { durationParser } from './config/duration.ts';
import { parseHost, parsePort } from './config/listen-address.ts';
import { parseMailFrom } from './config/mail-from.ts';
import { parseQueues, type QueueSetting } from './config/queue-setting.ts';
import { parseRateLimit, type RateLimitSetting } from './config/rate-limit.ts';
import { parseSecretKey, parseToken } from './config/secrets.ts';
import { parseDatabaseUrl, parsePublicUrl, parseSmtpUrl } from './config/urls.ts';

export { ConfigError, type ConfigProblem } from './config/config-error.ts';
export { configWarnings } from './config/config-warnings.ts';
export type { LogLevel, QueueSetting, RateLimitSetting };
