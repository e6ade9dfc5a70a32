import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createPool } from '../../src/db/connections/connection.ts';
import { runToItsEnd } from '../integration/service-process.ts';
import { type Certificates, canMakeCertificates, makeCertificates } from '../support/certificates.ts';
import { runHowdah } from '../support/howdah-cli.ts';
import { type OwnServer, startOwnServer } from '../support/own-server.ts';

const skip = canMakeCertificates() ? false : 'there is no openssl to make a CA with';

describe('a server with TLS, vouched for by a CA of its own', { skip }, () => {
  const stack = new AsyncDisposableStack();
  let ca: Certificates;
  let other: Certificates;
  let server: OwnServer;

  before(async () => {
    ca = await makeCertificates(stack);
    other = await makeCertificates(stack, '127.0.0.2');
    server = await startTlsServer(stack, ca);
  });

  after(() => stack.disposeAsync());

  const address = (query: string) => `${server.url}?${query}`;

  for (const mode of ['verify-full', 'verify-ca', 'require']) {
    test(`is spoken to in private with sslmode=${mode} and its CA`, async () => {
      assert.deepEqual(await tlsOf(address(`sslmode=${mode}&sslrootcert=${ca.caPath}`)), { ssl: true });
    });
  }

  test('is spoken to in private with sslmode=require, whoever it is', async () => {
    assert.deepEqual(await tlsOf(address('sslmode=require')), { ssl: true });
  });

  test('is spoken to in the clear with sslmode=disable', async () => {
    assert.deepEqual(await tlsOf(address('sslmode=disable')), { ssl: false });
  });

  for (const query of ['sslmode=verify-full', 'sslmode=require&sslrootcert=OTHER']) {
    test(`is refused by a start with ${query}, in words alone`, async () => {
      const url = address(query.replace('OTHER', other.caPath));
      const { exitCode, complaints } = await runToItsEnd({ command: 'migrate', env: { DATABASE_URL: url } });
      assert.equal(exitCode, 1);
      assert.match(
        complaints,
        /^DATABASE_URL: cannot connect to postgres:\/\/howdah:\*\*\*@127\.0\.0\.1:\d+\/postgres: .*; no CA that is trusted here vouches for the server: name its CA in sslrootcert \(docs\/connecting\.md\)\n?$/,
      );
    });
  }

  test('is refused with verify-full where its certificate is for another host', async () => {
    await using own = new AsyncDisposableStack();
    const elsewhere = await startTlsServer(own, other);
    const verified = `sslrootcert=${other.caPath}`;
    assert.deepEqual(await tlsOf(`${elsewhere.url}?sslmode=verify-ca&${verified}`), { ssl: true });
    await assert.rejects(
      tlsOf(`${elsewhere.url}?sslmode=verify-full&${verified}`),
      /altnames|IP: 127\.0\.0\.1/,
    );
  });

  test('is worked with by a command that says nothing but what it was asked, in every mode', async () => {
    for (const query of ['sslmode=require', `sslmode=verify-ca&sslrootcert=${ca.caPath}`]) {
      const { stderr, stdout } = await runHowdah(['sql', 'select 1 as one', '--json'], {
        DATABASE_URL: address(query),
      });
      assert.deepEqual([stderr, JSON.parse(stdout)], ['', [{ one: 1 }]]);
    }
  });
});

function startTlsServer(
  stack: AsyncDisposableStack,
  { serverCert, serverKey }: Certificates,
): Promise<OwnServer> {
  const files = { 'server.crt': serverCert, 'server.key': serverKey };
  return startOwnServer(stack, ['ssl = on'], files);
}

async function tlsOf(connectionString: string) {
  const pool = createPool({ connectionString, applicationName: 'howdah' });
  try {
    const { rows } = await pool.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
    return rows[0];
  } finally {
    await pool.end();
  }
}
