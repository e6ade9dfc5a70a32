/**
 * What went wrong with a webhook:
 *
 * | code                  |                                                                    |
 * | --------------------- | ------------------------------------------------------------------ |
 * | `WEBHOOK_REFUSED`     | nothing was sent: it may not go to where its host is               |
 * | `WEBHOOK_UNREACHABLE` | no connection, no trusted certificate, or lost before an answer    |
 * | `WEBHOOK_TIMEOUT`     | no connection or no answer in time; the receiver may have it       |
 * | `WEBHOOK_ANSWER`      | the answer was no status of success, or no HTTP                    |
 */
export type WebhookErrorCode =
  | 'WEBHOOK_REFUSED'
  | 'WEBHOOK_UNREACHABLE'
  | 'WEBHOOK_TIMEOUT'
  | 'WEBHOOK_ANSWER';

/** A webhook that was not taken; trying again may help. Its message holds no path of the URL and nothing of the payload. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
  readonly code: WebhookErrorCode;

  constructor(code: WebhookErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
