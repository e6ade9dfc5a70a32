import { Webhooks } from '../../src/relay/webhook/webhooks.ts';
import { forever, LOOPBACK, messageOf, targetOf } from './webhook-receiver.ts';

/** A process that posts one webhook to the URL that it is given, and ends. */
const webhooks = new Webhooks({ rules: LOOPBACK });
await webhooks.publish(targetOf(process.argv[2] ?? ''), messageOf(), forever());
webhooks.close();
