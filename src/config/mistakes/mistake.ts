/** What a parser throws for a value it cannot take; the reader of the environment adds the variable and the value. */
export class Mistake extends Error {
  override readonly name = 'Mistake';
  readonly messages: readonly string[];

  /** @param messages each in words: what was expected, and an example */
  constructor(messages: string | readonly string[]) {
    const all = [messages].flat();
    super(all.join('; '));
    this.messages = all;
  }
}
