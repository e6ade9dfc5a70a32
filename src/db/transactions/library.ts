/** How the transactions of one library are known and asked, by their shape: none of the libraries is loaded for it. */
export interface Library<Client> {
  /** Whether the client is of this library. Never true of another library's. */
  owns(client: object): client is Client & object;
  /** Sends one statement, with `$1`, `$2`, … for the values, of which none is undefined. @returns rows, or what has `rows` */
  ask(client: Client, text: string, values: unknown[]): PromiseLike<unknown>;
}
