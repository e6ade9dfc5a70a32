import type { ApiDocument, Operation, PlacedOperation } from './openapi-document.ts';

type Response = Exclude<NonNullable<Operation['responses']>[string], { $ref: string }>;

interface HeaderRule {
  name: string;
  description: string;
  isOf(status: string, operation: Operation): boolean;
}

const RULES: readonly HeaderRule[] = [
  {
    name: 'X-Request-Id',
    description: 'Of the request, in the log and the audit log too; the client’s own when it sent one.',
    isOf: () => true,
  },
  { name: 'WWW-Authenticate', description: 'Bearer.', isOf: (status) => status === '401' },
  {
    name: 'Retry-After',
    description: 'Seconds after which trying again makes sense; left out when it does not.',
    isOf: (status) => ['409', '429', '503', 'default'].includes(status),
  },
  {
    name: 'Idempotency-Replayed',
    description: 'true when this is the answer to an earlier request with this Idempotency-Key.',
    isOf: (status, operation) => status.startsWith('2') && takesKey(operation),
  },
  {
    name: 'Allow',
    description: 'Of a 405: the methods that this address takes.',
    isOf: (status) => status === 'default',
  },
];

/** Names the headers of every answer, which no schema of a route tells. */
export function describeHeaders(document: ApiDocument, operations: readonly PlacedOperation[]): void {
  const headers = RULES.map(({ name, description }) => [name, { description, schema: { type: 'string' } }]);
  document.components = { ...document.components, headers: Object.fromEntries(headers) };
  for (const { operation } of operations) {
    for (const [status, response] of Object.entries(operation.responses ?? {})) {
      addHeaders(response as Response, status, operation);
    }
  }
}

function addHeaders(response: Response, status: string, operation: Operation): void {
  const rules = RULES.filter(({ isOf }) => isOf(status, operation));
  const references = rules.map(({ name }) => [name, { $ref: `#/components/headers/${name}` }]);
  response.headers = { ...Object.fromEntries(references), ...response.headers };
}

function takesKey({ parameters = [] }: Operation): boolean {
  return parameters.some((parameter) => 'name' in parameter && parameter.name === 'idempotency-key');
}
