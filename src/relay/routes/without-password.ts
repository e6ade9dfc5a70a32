/**
 * A text that may have addresses in it, without who may log in there, and of those of http without path and query, which many
 * services make a secret.
 */
export function withoutPassword(text: string): string {
  return text
    .replace(/:\/\/[^/"\s]*@/g, '://***@')
    .replace(/(https?:\/\/[^/?#"\s]*)[/?#][^"\s]*/gi, '$1/***');
}
