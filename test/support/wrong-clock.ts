/** For `node --import`: this process's clock is ahead by CLOCK_AHEAD_MS, as on a machine whose clock is wrong. */
const aheadMs = Number(process.env['CLOCK_AHEAD_MS']);
const RealDate = Date;

class WrongDate extends RealDate {
  constructor(...values: unknown[]) {
    if (values.length === 0) super(RealDate.now() + aheadMs);
    else super(...(values as [number]));
  }

  static override now(): number {
    return RealDate.now() + aheadMs;
  }
}

globalThis.Date = WrongDate as DateConstructor;
