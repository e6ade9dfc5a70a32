import { contender } from './graphile-worker.ts';

export default contender('as it is without any setting', { isSlow: true });
