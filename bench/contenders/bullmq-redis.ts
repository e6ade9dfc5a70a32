import { Redis } from 'ioredis';
import { contender } from './bullmq.ts';

/** Options alone would have it load ioredis by `require`, which a module has not. */
const connection = (url: string) => new Redis(url, { maxRetriesPerRequest: null });

export default contender('on Redis that writes its log once a second', { connection, server: 'redis' });
