const input = 'openapi.json';

export default {
  fetch: {
    input,
    output: {
      target: 'generated/orval.ts',
      client: 'fetch',
      override: { mutator: { path: 'clients/send.ts', name: 'send' } },
    },
  },
  zod: { input, output: { target: 'generated/orval-zod.ts', client: 'zod' } },
};
