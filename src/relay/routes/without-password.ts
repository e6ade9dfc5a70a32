/** A text that may have addresses in it, without who may log in there. */
export function withoutPassword(text: string): string {
  return text.replace(/:\/\/[^/"\s]*@/g, '://***@');
}
