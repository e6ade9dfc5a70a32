/** `howdah/client`: the HTTP API's addresses with the types of their requests and answers. */
export { type ClientOptions, createClient, type HowdahClient } from './http/client.ts';
