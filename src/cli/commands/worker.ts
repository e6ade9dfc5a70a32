import { serviceCommand } from '../serve.ts';

export const worker = serviceCommand('worker', {
  about: [
    'QUEUES (critical:10,default:5) says which queues it serves, and how many jobs of each it runs at once.',
    'It needs DATABASE_URL, and serves /healthz, /readyz and /metrics at HEALTH_PORT (3001) of HOST (127.0.0.1).',
  ],
  examples: [['worker', 'run the jobs of the application in this folder']],
});
