const SECRETS = new Set(['SECRET_KEY', 'ADMIN_TOKEN', 'VIEWER_TOKEN', 'WORKER_TOKEN', 'WEBHOOK_SECRETS']);
const MAX_SHOWN = 120;

/**
 * The end of a sentence about a mistaken value: what came. Nothing of a secret is shown but its length, and of an
 * address neither user nor password.
 */
export function received(variable: string, value: string): string {
  if (SECRETS.has(variable)) return `received ${value.length} characters, not shown`;
  const shown = variable.endsWith('_URL') ? withoutCredentials(value) : value;
  return `received ${JSON.stringify(shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}…` : shown)}`;
}

/**
 * Works on addresses that are wrong in any way, so it hides rather too much: everything up to the last @, everything
 * after a parameter named like a password, and whatever stands in the place of a port without being one.
 */
function withoutCredentials(url: string): string {
  return url
    .replace(/^([a-z+]*:\/*)?.*@/is, '$1***@')
    .replace(/(pass\w*\s*=).*$/is, '$1***')
    .replace(/^([a-z+]*:\/\/[^:/?#@]*|[^:/@]*):(?!\/|\d+(?:[/?#]|$)|\*).*$/is, '$1:***');
}
