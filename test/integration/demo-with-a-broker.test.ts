import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../support/free-port.ts';
import { noKafkaMock } from '../support/kafka-mock.ts';
import { noRabbitMq, startRabbitMq } from '../support/rabbitmq.ts';
import { assertToldInOrder, runDemo } from './run-demo.ts';

const walkThrough = (broker: string) => [
  new RegExp(`✓ ${broker}, to which the jobs of both mails go`),
  /✓ user row and both jobs come from one transaction/,
  /✓ neither user nor job stays: users 1, jobs 2, as before/,
  new RegExp(`Workers hand both jobs to ${broker}`),
  /✓ job \d+ {2}send_verify_email +picked up from critical/,
  new RegExp(`✓ ${broker} has confirmed it in howdah-demo-\\w+\\.send_verify_email`),
  new RegExp(`✓ ${broker} has confirmed it in howdah-demo-\\w+\\.send_welcome_email`),
  /The back office makes jobs of both messages, and runs them/,
  /✓ job \d+ {2}send_\w+ {2}made of the message [\w-]{36}\/\d+, done/,
  /✓ job \d+ {2}send_\w+ {2}made of the message [\w-]{36}\/\d+, done/,
  /✓ two mails to ada-\w+@example\.com, delivered over SMTP/,
  /✓ Ada Lovelace is a verified customer/,
  /Everything happened, and nothing is left behind\./,
];

test('the demo walks through RabbitMQ, and a second application does the work', {
  skip: noRabbitMq,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const server = await startRabbitMq(stack);
  const { exitCode, told, complaints, leftovers } = await runDemo({
    args: ['--route', 'rabbitmq'],
    env: { RABBITMQ_URL: server.url },
  });
  assertToldInOrder(told, walkThrough('RabbitMQ'));
  assert.equal(complaints, '');
  assert.deepEqual(leftovers, []);
  assert.equal(exitCode, 0);
});

test('the demo walks through Kafka where kcat plays it', { skip: noKafkaMock }, async () => {
  const { exitCode, told, complaints, leftovers } = await runDemo({ args: ['--route', 'kafka'] });
  assertToldInOrder(told, walkThrough('Kafka'));
  assert.equal(complaints, '');
  assert.deepEqual([exitCode, leftovers], [0, []]);
});

test('the demo says what to do where there is no kcat', async () => {
  const { exitCode, told, leftovers } = await runDemo({
    args: ['--route', 'kafka'],
    env: { PATH: dirname(process.execPath) },
  });
  assert.match(
    told,
    /✗ there is no Kafka to show this with: .* kcat, which is not installed \(Debian: apt-get install kcat/,
  );
  assert.deepEqual([exitCode, leftovers], [1, []]);
});

test('the demo says what to do where there is no RabbitMQ', async () => {
  const { exitCode, told, leftovers } = await runDemo({
    args: ['--route', 'rabbitmq'],
    env: { RABBITMQ_URL: `amqp://u:secret@127.0.0.1:${await freePort()}` },
  });
  assert.match(
    told,
    /✗ there is no RabbitMQ at RABBITMQ_URL \(.+\)\. docker compose --profile brokers up -d rabbitmq/,
  );
  assert.doesNotMatch(told, /secret/);
  assert.deepEqual([exitCode, leftovers], [1, []]);
});

test('the demo knows no other route', async () => {
  const { exitCode, told } = await runDemo({ args: ['--route', 'pigeon'] });
  assert.match(told, /✗ --route: expected rabbitmq or kafka, received "pigeon"/);
  assert.equal(exitCode, 1);
});
