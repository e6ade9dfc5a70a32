import type { EnvironmentReader } from '../environment-reader.ts';
import { Mistake } from '../mistakes/mistake.ts';
import { readWebhookSettings, type WebhookSettings } from '../webhook/webhook-settings.ts';

/** Where jobs go that are not run here, and how the brokers are reached. */
export interface RelaySettings extends WebhookSettings {
  /** ROUTES, as it stands there: what it means depends on the application's tasks. */
  readonly routes: string | undefined;
  /** SOURCES, likewise: where messages come from that become jobs. */
  readonly sources: string | undefined;
  /** TASK_DISTRIBUTOR: where the jobs of tasks go that have no route. @default 'postgres' */
  readonly taskDistributor: TaskDistributorName;
  /** RABBITMQ_URL; undefined where nothing goes there. */
  readonly rabbitmqUrl: string | undefined;
  /** KAFKA_URL; undefined where nothing goes there. */
  readonly kafkaUrl: string | undefined;
}

const DISTRIBUTORS = ['postgres', 'kafka', 'rabbitmq'] as const;

export type TaskDistributorName = (typeof DISTRIBUTORS)[number];

export function readRelaySettings(reader: EnvironmentReader): RelaySettings {
  return {
    routes: reader.optional('ROUTES', (value) => value),
    sources: reader.optional('SOURCES', (value) => value),
    taskDistributor: reader.setting('TASK_DISTRIBUTOR', parseDistributor, 'postgres'),
    rabbitmqUrl: reader.optional('RABBITMQ_URL', parseRabbitmqUrl),
    kafkaUrl: reader.optional('KAFKA_URL', parseKafkaUrl),
    ...readWebhookSettings(reader),
  };
}

function parseDistributor(value: string): TaskDistributorName {
  const name = DISTRIBUTORS.find((each) => each === value);
  if (name === undefined) throw new Mistake(`expected one of ${DISTRIBUTORS.join(', ')}`);
  return name;
}

function parseRabbitmqUrl(value: string): string {
  if (/^amqps?:\/\//.test(value) && URL.canParse(value)) return value;
  throw new Mistake('expected an address of amqp or amqps, e.g. amqp://user:password@rabbitmq.example:5672');
}

/** One URL may name several brokers, which no URL parser takes. */
function parseKafkaUrl(value: string): string {
  const [, hosts = '', rest = ''] = /^kafka:\/\/(?:[^@/]*@)?([^/?#]+)(.*)$/.exec(value) ?? [];
  const areHosts = hosts.split(',').every((host) => /^(\[[0-9a-f:.]+\]|[^\s:,[\]]+)(:\d{1,5})?$/i.test(host));
  if (areHosts && /^\/?(\?.*)?$/.test(rest)) return value;
  throw new Mistake(
    'expected an address of kafka with commas between brokers, e.g. kafka://one.example:9092,two.example:9092, and ?tls at its end for TLS',
  );
}
