/** A job names a customer who does not exist (any more): no retry brings them back. */
export class UserGoneError extends Error {
  override readonly name = 'UserGoneError';

  constructor(account: string) {
    super(`There is no user with the account "${account}"`);
  }
}
