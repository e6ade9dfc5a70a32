import { readText } from '../../errors/read-text.ts';
import { StaleConnection } from './stale-connection.ts';
import { WebhookError } from './webhook-error.ts';

const NO_HTTP = /^HPE_/;
const NOT_TRUSTED =
  /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH$|INVALID_PURPOSE$)/;
const NO_TLS = /^(ERR_SSL_|EPROTO$)/;
const LOST = /^(ECONNRESET|EPIPE)$/;

/** Why there is no answer to a request, in words; the error of Node is the cause. */
export function explainFailure(error: Error, { url, isStale }: { url: URL; isStale: boolean }): WebhookError {
  if (error instanceof WebhookError) return error;
  const { host } = url;
  const code = readText(error, 'code');
  const options = { cause: error };
  if (isStale) return new StaleConnection(host, options);
  if (NO_HTTP.test(code))
    return new WebhookError('WEBHOOK_ANSWER', `${host} answered what is no HTTP`, options);
  const message = NOT_TRUSTED.test(code)
    ? `the certificate of ${host} is not trusted`
    : NO_TLS.test(code)
      ? `${host} and we have no TLS in common`
      : LOST.test(code)
        ? `${host} ended the connection before it answered`
        : `${host} could not be reached`;
  return new WebhookError('WEBHOOK_UNREACHABLE', message, options);
}
