import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parseKafkaAddress } from '../../src/relay/kafka/kafka-address.ts';

describe('KAFKA_URL', () => {
  test('names brokers, at port 9092 where none is given', () => {
    assert.deepEqual(parseKafkaAddress('kafka://one,two.example:9093,[::1]:9094'), {
      nodes: [
        { host: 'one', port: 9092 },
        { host: 'two.example', port: 9093 },
        { host: '::1', port: 9094 },
      ],
      tls: undefined,
      sasl: undefined,
    });
  });

  test('says who we are, percent-encoded, by PLAIN unless it says otherwise', () => {
    const { sasl } = parseKafkaAddress('kafka://us%40er:p%3Aa%2Fss@host');
    assert.deepEqual(sasl, { mechanism: 'PLAIN', username: 'us@er', password: 'p:a/ss' });
    const scram = parseKafkaAddress('kafka://user:pass@host?tls&sasl=scram-sha-512');
    assert.deepEqual(scram.tls, {});
    assert.equal(scram.sasl?.mechanism, 'SCRAM-SHA-512');
  });

  test('encrypts by files of its own', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'howdah-kafka-'));
    try {
      await writeFile(join(folder, 'ca.pem'), 'the authority');
      assert.deepEqual(parseKafkaAddress(`kafka://host?ca=${folder}/ca.pem`).tls, { ca: 'the authority' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  const mistakes: [string, RegExp][] = [
    ['http://host', /is not like kafka:/],
    ['kafka://', /has a host that is not like host:9092/],
    ['kafka://host:99999', /has a host/],
    ['kafka://host,', /has a host/],
    [
      'kafka://user:secret@host:1?ssl=true',
      /a parameter that is not known: ssl; there are tls, sasl, ca, cert, key/,
    ],
    ['kafka://user:a?secret@host:1', /a parameter that is not known: …; there are tls/],
    ['kafka://user:secret@host?tls=maybe', /neither true nor false/],
    ['kafka://user:secret@host?sasl=gssapi', /none of plain, scram-sha-256, scram-sha-512/],
    ['kafka://host?sasl=plain', /no user:password@/],
    ['kafka://secret@host', /a user without a password/],
    ['kafka://user:secret%zz@host', /% that encodes nothing/],
    ['kafka://user:secret@host?ca=/nowhere.pem', /names a file by ca that cannot be read: \/nowhere.pem/],
  ];
  for (const [url, message] of mistakes)
    test(`is refused in words without a secret: ${url}`, () => {
      assert.throws(
        () => parseKafkaAddress(url),
        (error: Error) => message.test(error.message) && !error.message.includes('secret'),
      );
    });
});
