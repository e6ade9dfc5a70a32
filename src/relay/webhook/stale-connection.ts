import { WebhookError } from './webhook-error.ts';

/** The receiver ended a connection that was kept from an earlier request, before a byte of an answer to this one. */
export class StaleConnection extends WebhookError {
  constructor(host: string, options?: ErrorOptions) {
    super('WEBHOOK_UNREACHABLE', `${host} ended a connection that was kept, before it answered`, options);
  }
}
