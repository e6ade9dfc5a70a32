import type { Operation, PlacedOperation } from './openapi-document.ts';

interface Refusal {
  status: string;
  description: string;
  isOf(placed: PlacedOperation): boolean;
}

/** What is refused before a route's own code runs, or whatever it does. */
const REFUSALS: readonly Refusal[] = [
  { status: '400', description: 'The body is not valid JSON', isOf: takesBody },
  { status: '413', description: 'The body is too large', isOf: takesBody },
  { status: '415', description: 'The body is not application/json, or compressed', isOf: takesBody },
  { status: '422', description: 'Every invalid field', isOf: isChecked },
  { status: '503', description: 'The database cannot be reached right now', isOf: usesDatabase },
  { status: 'default', description: 'Any other error, such as 405 or 500', isOf: () => true },
];

const PROBLEM = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

/** Adds to an operation the errors that it can answer and does not name itself. */
export function describeRefusals(placed: PlacedOperation): void {
  const responses: NonNullable<Operation['responses']> = placed.operation.responses ?? {};
  for (const { status, description, isOf } of REFUSALS) {
    if (isOf(placed)) responses[status] ??= { description, content: PROBLEM };
  }
  placed.operation.responses = responses;
}

function takesBody({ operation }: PlacedOperation): boolean {
  return operation.requestBody !== undefined;
}

function isChecked(placed: PlacedOperation): boolean {
  return takesBody(placed) || (placed.operation.parameters ?? []).length > 0;
}

function usesDatabase({ path }: PlacedOperation): boolean {
  return path.startsWith('/v1/');
}
