import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A CA that nobody else trusts, and what it signed for a server at 127.0.0.1. */
export interface Certificates {
  /** Path of the CA's certificate. */
  readonly caPath: string;
  /** In PEM. */
  readonly serverCert: string;
  readonly serverKey: string;
}

/** Whether this machine has what makes them. */
export function canMakeCertificates(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** @param host what the server's certificate is for: an IP address. Gone with the stack */
export async function makeCertificates(
  stack: AsyncDisposableStack,
  host = '127.0.0.1',
): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'howdah-ca-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=A CA', '-days', '2');
  const subject = ['-subj', '/CN=postgres', '-addext', `subjectAltName=IP:${host}`];
  const signed = ['-x509', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-days', '2'];
  openssl('req', ...signed, ...key, '-keyout', 'server.key', '-out', 'server.pem', ...subject);
  return {
    caPath: join(folder, 'ca.pem'),
    serverCert: await readFile(join(folder, 'server.pem'), 'utf8'),
    serverKey: await readFile(join(folder, 'server.key'), 'utf8'),
  };
}
