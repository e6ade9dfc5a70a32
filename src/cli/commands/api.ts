import { serviceCommand } from '../serve.ts';

export const api = serviceCommand('api', {
  about: ['It runs no jobs. PORT (3000) and HOST (127.0.0.1) say where it listens.'],
  examples: [['api', 'the HTTP API beside workers in processes of their own']],
});
