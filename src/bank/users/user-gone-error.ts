/**
 * A job names a customer who does not exist (any more): no retry brings them back. Whom it names is in the job's payload
 * and stays out of the message, which is logged and kept.
 */
export class UserGoneError extends Error {
  override readonly name = 'UserGoneError';

  constructor() {
    super('the customer that the payload names does not exist');
  }
}
