import { Mistake } from '../../index.ts';

const ADDRESS = String.raw`[^\s<>@,;:"()\\]+@[^\s<>@,;:"()\\.]+(\.[^\s<>@,;:"()\\.]+)*`;
/** Printable words, or any of them in quotes. A line break would let a value write headers of its own. */
const NAME = String.raw`("[^"\\\p{Cc}]*"|[^<>@,;:"()\\\p{Cc}]*)`;
const SENDER = new RegExp(`^(${ADDRESS}|${NAME} *<${ADDRESS}>)$`, 'u');

/** The sender of every mail. @throws {Mistake} unless it is an address or a name with an address */
export function parseMailFrom(value: string): string {
  if (!SENDER.test(value)) {
    throw new Mistake(
      'expected a mail address or a name and an address, e.g. Simple Bank <no-reply@simplebank.example>',
    );
  }
  return value;
}
