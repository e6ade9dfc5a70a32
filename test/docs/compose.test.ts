/** docker-compose.yml, as far as it can be looked at without docker: that what stands in it fits together, and is what its readers take. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import bank from '../../src/bank/app.ts';
import { loadConfig } from '../../src/config.ts';
import { parseKafkaAddress } from '../../src/relay/kafka/kafka-address.ts';
import { parseAddress } from '../../src/relay/rabbitmq/address.ts';

const COMPOSE = await readFile(new URL('../../docker-compose.yml', import.meta.url), 'utf8');

/** What is indented below the line, up to the next line that is not. */
function below(line: string, text = COMPOSE): string {
  const [, indent = ''] = new RegExp(`^( *)${line}$`, 'm').exec(text) ?? assert.fail(`there is no ${line}`);
  const block = new RegExp(`^ *${line}\\n((?:(?:${indent} +.*)?\\n)+)`, 'm').exec(text);
  return block?.[1] ?? assert.fail(`there is nothing below ${line}`);
}

function variables(block: string): Record<string, string> {
  const lines = block.matchAll(/^ +([A-Z_]+): "?(.*?)"?(?: #.*)?$/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name, value]));
}

/** `NAME://host:port` with commas between, as port by name. */
const ports = (listeners = '') =>
  Object.fromEntries(listeners.split(',').map((each) => /^(\w+):\/\/.*:(\d+)$/.exec(each)?.slice(1) ?? []));

for (const role of ['api', 'worker'] as const)
  test(`its settings are taken by ${role}, and none is unknown to it`, () => {
    const settings = variables(below('x-environment: &environment'));
    const config = loadConfig(settings, { role, readSettings: bank.readSettings });
    assert.deepEqual([config.environment, config.queues.length], ['production', 2]);
  });

test('the broker of Kafka has what its listeners need, and is reached where the file says', () => {
  const service = below('kafka:');
  const { KAFKA_LISTENERS, KAFKA_ADVERTISED_LISTENERS, ...others } = variables(service);
  const [listeners, advertised] = [ports(KAFKA_LISTENERS), ports(KAFKA_ADVERTISED_LISTENERS)];
  const controller = others['KAFKA_CONTROLLER_LISTENER_NAMES'] ?? '';
  const protocols = others['KAFKA_LISTENER_SECURITY_PROTOCOL_MAP']
    ?.split(',')
    .map((each) => each.split(':')[0]);
  assert.deepEqual(protocols?.toSorted(), Object.keys(listeners).toSorted());
  const { [controller]: controllerPort, ...ofClients } = listeners;
  assert.deepEqual(advertised, ofClients, 'each but the controller’s is advertised, at its own port');
  assert.ok((others['KAFKA_INTER_BROKER_LISTENER_NAME'] ?? '') in ofClients);
  assert.equal(
    others['KAFKA_CONTROLLER_QUORUM_VOTERS'],
    `${others['KAFKA_NODE_ID']}@localhost:${controllerPort}`,
  );
  assert.match(service, new RegExp(`127\\.0\\.0\\.1:${advertised['OUTSIDE']}:${listeners['OUTSIDE']}$`, 'm'));
  assert.match(service, new RegExp(`localhost:${listeners['INSIDE']}"`), 'its health is asked for inside');
  const told = [...COMPOSE.matchAll(/kafka:\/\/\S+:\d+/g)].map(([url]) => parseKafkaAddress(url).nodes[0]);
  assert.deepEqual(told, [
    { host: '127.0.0.1', port: Number(advertised['OUTSIDE']) },
    { host: 'kafka', port: Number(advertised['INSIDE']) },
  ]);
});

test('RabbitMQ is reached where the file says', () => {
  const [url = ''] = /amqp:\/\/\S+:\d+/.exec(COMPOSE) ?? [];
  assert.match(below('rabbitmq:'), new RegExp(`127\\.0\\.0\\.1:${new URL(url).port}:5672$`, 'm'));
  assert.ok(parseAddress(url));
});

test('brokers are started where they are asked for, and by nothing else', () => {
  for (const broker of ['rabbitmq', 'kafka']) assert.match(below(`${broker}:`), /^ +profiles: \[brokers\]$/m);
});
