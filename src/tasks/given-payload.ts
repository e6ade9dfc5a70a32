import type { z } from 'zod';

/**
 * What an enqueue in TypeScript is given for a payload of this schema: what goes into it (`z.input`), as it is kept as it is given;
 * but of a codec what comes out of it, as that is encoded. So for `z.string().transform(Number)` it is a text, and for a codec from
 * a text to a Date a Date.
 */
export type GivenPayload<Schema> = HasCodec<Schema> extends true ? z.output<Schema> : z.input<Schema>;

/** Through what payloads are made of as a rule; where a codec is elsewhere, as in a `z.lazy`, `defineTask` is told the types. */
type HasCodec<Schema> = true extends Codecs<Schema> ? true : false;

type Codecs<Schema> = Schema extends z.ZodCodec
  ? true
  : Schema extends z.ZodObject<infer Shape>
    ? { [Name in keyof Shape]: Codecs<Shape[Name]> }[keyof Shape]
    : Schema extends z.ZodArray<infer Inner>
      ? Codecs<Inner>
      : Schema extends z.ZodOptional<infer Inner>
        ? Codecs<Inner>
        : Schema extends z.ZodNullable<infer Inner>
          ? Codecs<Inner>
          : Schema extends z.ZodReadonly<infer Inner>
            ? Codecs<Inner>
            : Schema extends z.ZodRecord<infer _Key, infer Value>
              ? Codecs<Value>
              : Schema extends z.ZodTuple<infer Items>
                ? Codecs<Items[number]>
                : Schema extends z.ZodUnion<infer Options>
                  ? Codecs<Options[number]>
                  : false;
