import type { Customer } from './customer.ts';
import type { DemoService } from './demo-service.ts';
import type { Narrator } from './narrator.ts';

/** What every step of the walk has at hand. */
export interface Walk extends DemoService {
  readonly customer: Customer;
  readonly narrator: Narrator;
  /** Fires when the step under way must end. */
  readonly signal: AbortSignal;
}
