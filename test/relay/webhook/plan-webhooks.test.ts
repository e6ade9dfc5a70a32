import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defineApp } from '../../../src/app/define-app.ts';
import { loadTasks } from '../../../src/app/load-tasks.ts';
import type { GivenWebhooks } from '../../../src/config/webhook/given-webhooks.ts';
import { ConfigError, loadConfig } from '../../../src/config.ts';
import type { WebhookTarget } from '../../../src/relay/webhook/webhook-target.ts';
import { planRelay, type RelayPlan } from '../../../src/start/relay/plan-relay.ts';
import { bind } from '../../../src/tasks/bind.ts';
import { testTask } from '../../support/test-queue.ts';

const [ONE, TWO] = [1, 2].map((fill) => `whsec_${Buffer.alloc(32, fill).toString('base64')}`);
const NAMES = ['order_paid', 'order_sent', 'log_in'];

async function plan(
  routes: string,
  env: Record<string, string>,
  webhooks: GivenWebhooks = {},
): Promise<RelayPlan> {
  const tasks = NAMES.map((name) => bind(testTask(name), async () => {}) as never);
  const app = await loadTasks(defineApp<unknown, unknown>({ name: 'shop', tasks, webhooks }));
  return planRelay(app, loadConfig({ NODE_ENV: 'test', ROUTES: routes, ...env }));
}

/** What is wrong, a line each. */
async function mistakesOf(...given: Parameters<typeof plan>): Promise<string[]> {
  try {
    await plan(...given);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems.map(({ variable, message }) => `${variable}: ${message}`);
  }
}

describe('the routes that lead to addresses', () => {
  test('are refused at start, each with what is wrong with it', async () => {
    const routes =
      'order_paid=http://127.0.0.1/h?token=x,order_sent=https://10.0.0.1/,log_in=https://me:pw@shop.example/T0KEN';
    assert.deepEqual(await mistakesOf(routes, { WEBHOOK_SECRETS: `order_paid=${ONE},order_sent=${TWO}` }), [
      'webhooks: order_paid: 127.0.0.1 is not public, and not in WEBHOOK_ALLOW_PRIVATE',
      'webhooks: order_sent: 10.0.0.1 is not public, and not in WEBHOOK_ALLOW_PRIVATE',
      'webhooks: log_in: shop.example with a name or a password: who sent a webhook is told by its signature',
      'webhooks: log_in: no secret to sign with: set WEBHOOK_SECRETS',
    ]);
  });

  test('are signed by what the environment says, else by what the application says', async () => {
    const routes = 'order_paid=https://shop.example/';
    const keysOf = ({ routes }: RelayPlan) => {
      const target = routes.get('order_paid')?.target as WebhookTarget | undefined;
      return target?.keys.map((key) => `whsec_${key.export().toString('base64')}`);
    };
    const given = { secrets: [`order_paid=${TWO}`, `order_paid=${ONE}`], timeoutMs: 1_000, concurrency: 3 };
    const ofCode = await plan(routes, {}, given);
    assert.deepEqual(keysOf(ofCode), [TWO, ONE]);
    assert.deepEqual([ofCode.webhooks.options.timeoutMs, ofCode.webhooks.options.concurrency], [1_000, 3]);
    const both = await plan(routes, { WEBHOOK_SECRETS: String(ONE), WEBHOOK_TIMEOUT: '2s' }, given);
    assert.deepEqual(keysOf(both), [ONE]);
    assert.deepEqual([both.webhooks.options.timeoutMs, both.webhooks.options.concurrency], [2_000, 3]);
  });

  test('are refused with settings in code that are none, by their names', async () => {
    const given = { secrets: 'secret', timeoutMs: 1, concurrency: 1.5, allowPrivate: '0.0.0.0/0' };
    const mistakes = await mistakesOf('order_paid=https://shop.example/', {}, given);
    assert.deepEqual(
      mistakes.map((mistake) => mistake.split(':')[0]),
      ['webhooks.secrets', 'webhooks.timeoutMs', 'webhooks.concurrency', 'webhooks.allowPrivate', 'webhooks'],
    );
    assert.doesNotMatch(mistakes.join(), /"secret"/);
  });

  test('are refused with what is wrong elsewhere, all at once', async () => {
    const mistakes = await mistakesOf(
      'order_paid=https://10.0.0.1/,other=kafka,log_in=kafka',
      { SOURCES: 'kafka:log_in>log_in', KAFKA_URL: 'kafka://k' },
      { timeoutMs: 1, secrets: String(ONE) },
    );
    assert.deepEqual(
      mistakes.map((mistake) => mistake.split(':')[0]),
      ['ROUTES', 'ROUTES', 'routes', 'webhooks.timeoutMs', 'webhooks'],
    );
    assert.match(mistakes.join('\n'), /kafka:log_in becomes jobs of log_in, which go to kafka:log_in/);
  });

  test('warn of secrets for tasks that go to no address', async () => {
    const secrets = `${ONE},order_paid=${TWO},oder_paid=${TWO}`;
    const { webhooks } = await plan('order_paid=https://shop.example/', { WEBHOOK_SECRETS: secrets });
    assert.deepEqual(webhooks.warnings, [
      'WEBHOOK_SECRETS has a secret for oder_paid, whose jobs go to no address',
    ]);
  });

  test('warn of a secret that several hosts would have', async () => {
    const routes =
      'order_paid=https://shop.example/,order_sent=https://post.example/,log_in=https://shop.example/b';
    const { webhooks } = await plan(routes, { WEBHOOK_SECRETS: String(ONE) });
    assert.equal(webhooks.warnings.length, 1);
    assert.match(webhooks.warnings[0] ?? '', /one secret for shop\.example and post\.example/);
    const apart = await plan(routes, { WEBHOOK_SECRETS: `${ONE},order_sent=${TWO}` });
    assert.deepEqual(apart.webhooks.warnings, []);
  });
});
