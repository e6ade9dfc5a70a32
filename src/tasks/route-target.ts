/** Where the jobs of a task go in place of a handler, as code says it. */
export type RouteTarget = RabbitmqRoute | KafkaRoute | WebhookRoute;

export interface RabbitmqRoute extends RouteOptions {
  readonly rabbitmq: {
    /** @default the default exchange, which puts a message into the queue that its routing key names */
    readonly exchange?: string;
    /** @default the name of the task */
    readonly routingKey?: string;
  };
}

export interface KafkaRoute extends RouteOptions {
  readonly kafka: {
    /** @default the name of the task */
    readonly topic?: string;
  };
}

export interface WebhookRoute extends RouteOptions {
  /** The address that payloads are posted to; http or https. */
  readonly webhook: string;
}

interface RouteOptions {
  /** Whether a message has the attributes of CloudEvents 1.0 (in binary mode) among its headers. @default false */
  readonly cloudEvents?: boolean;
}
