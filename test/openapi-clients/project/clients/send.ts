import { token, url } from '../session';

/** How orval's client sends a request: to the service, with the token. A stream is left to whoever reads it. */
export async function send<Answer>(path: string, options: RequestInit = {}): Promise<Answer> {
  const headers = new Headers(options.headers);
  headers.set('Authorization', `Bearer ${token}`);
  const response = await fetch(`${url}${path}`, { ...options, headers });
  const type = response.headers.get('Content-Type') ?? '';
  const data = type.includes('json') ? await response.json() : response.body;
  return { data, status: response.status, headers: response.headers } as Answer;
}
