import { withoutPassword } from '../../tasks/without-password.ts';
import type { KafkaTarget, RabbitmqTarget } from '../broker.ts';
import type { RelayRoute } from './relay.ts';

/**
 * Where jobs go, as ROUTES has it but for signs of a name, which stay as they are, for everybody to see: of an address no more than its host, as what follows may be what lets
 * somebody in.
 */
export function describeRoute({ to, target }: Pick<RelayRoute, 'to' | 'target'>): string {
  if (to === 'kafka') return `kafka:${(target as KafkaTarget).topic}`;
  if (to === 'rabbitmq') return `rabbitmq:${describePlace(target as RabbitmqTarget)}`;
  return withoutPassword(String((target as { url: string | URL }).url));
}

/** A queue by its name alone, unless that would read as exchange and key. */
function describePlace({ exchange, routingKey }: RabbitmqTarget): string {
  return exchange === '' && !routingKey.includes('/') ? routingKey : `${exchange}/${routingKey}`;
}
