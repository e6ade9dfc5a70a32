/** Why the server closed a channel or a connection. */
export interface ClosingReason {
  /** RabbitMQ's: `NOT_FOUND`, `ACCESS_REFUSED`, `PRECONDITION_FAILED`. */
  readonly code: string;
  /** `no exchange 'mail' in vhost '/'` */
  readonly text: string;
}

/** How amqplib wraps what the server said: `Channel closed by server: 404 (NOT-FOUND) with message "NOT_FOUND - no exchange …"`. */
const WRAPPED = /\d{3} \([A-Z-]+\) with message "(.*)"$/s;

/** The server's own words, where the error has some. */
export function closingReason(error: Error): ClosingReason {
  const said = WRAPPED.exec(error.message)?.[1] ?? error.message;
  const [, code, text] = /^([A-Z][A-Z_]+) - (.*)$/s.exec(said) ?? [];
  return code === undefined || text === undefined ? { code: 'CLOSED', text: said } : { code, text };
}
