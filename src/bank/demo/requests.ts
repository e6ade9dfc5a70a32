import { z } from 'zod';
import type { Walk } from './walk.ts';

export interface Answer {
  status: number;
  body: string;
}

/** The answer to a GET. */
export async function get({ service, signal }: Walk, path: string, token?: string): Promise<Answer> {
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  return toAnswer(await fetch(new URL(path, service.url), { headers, signal }));
}

/** The answer to a POST of a JSON document, or of a form as a browser sends it. */
export async function post(
  { service, signal }: Walk,
  path: string,
  body: object | URLSearchParams,
): Promise<Answer> {
  const url = new URL(path, service.url);
  if (body instanceof URLSearchParams) return toAnswer(await fetch(url, { method: 'POST', body, signal }));
  const headers = { 'Content-Type': 'application/json' };
  return toAnswer(await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal }));
}

/** @throws {Error} saying what came instead */
export function read<T>(schema: z.ZodType<T>, { status, body }: Answer): T {
  const parsed = schema.safeParse(parseJson(body));
  if (parsed.success) return parsed.data;
  throw new Error(`unexpected answer ${status}: ${body.slice(0, 200)}\n${z.prettifyError(parsed.error)}`);
}

async function toAnswer(response: Response): Promise<Answer> {
  return { status: response.status, body: await response.text() };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
