import { Mistake } from '../mistakes/mistake.ts';

/** @throws {Mistake} for anything but `on` and `off` */
export function parseSwitch(value: string): boolean {
  if (value === 'on') return true;
  if (value === 'off') return false;
  throw new Mistake('expected on or off');
}
