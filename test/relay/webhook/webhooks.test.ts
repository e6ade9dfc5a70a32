import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { describeAnswer } from '../../../src/relay/webhook/describe-answer.ts';
import { RetryAfter, SkipRetry } from '../../../src/tasks/outcomes.ts';
import {
  forever,
  messageOf,
  openWebhooks,
  SECRET,
  startReceiver,
  targetOf,
} from '../../support/webhook-receiver.ts';

type Answer = [status: number, headers?: Record<string, string>, body?: string];

/** What became of a webhook that was answered so. */
async function outcomeOf([status, headers = {}, body]: Answer): Promise<unknown> {
  await using stack = new AsyncDisposableStack();
  const { url } = await startReceiver(stack, (_, response) => response.writeHead(status, headers).end(body));
  const webhooks = openWebhooks(stack);
  return await webhooks.publish(targetOf(url), messageOf(), forever()).catch((error: unknown) => error);
}

describe('a webhook', () => {
  it('is the payload as it is, posted with what it is and a signature', async () => {
    await using stack = new AsyncDisposableStack();
    const { url, received } = await startReceiver(stack, (_, response) => response.end());
    const body = '{"order_id":12345678901234567891,"name":"Zoë 🐘","price":1.10}';
    const headers = {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      'X-Tenant': 'a',
    };
    const result = await openWebhooks(stack).publish(
      targetOf(`${url}?a=b%20c`),
      messageOf({ body: Buffer.from(body), headers }),
      forever(),
    );
    assert.deepEqual(result, { status: 200 });
    const [request] = received;
    assert.equal(request?.body, body);
    assert.equal(request?.path, '/hooks?a=b%20c');
    assert.deepEqual(
      new Webhook(SECRET).verify(body, request?.headers as Record<string, string>),
      JSON.parse(body),
    );
    const { 'webhook-timestamp': _t, 'webhook-signature': _s, host: _h, ...rest } = request?.headers ?? {};
    assert.deepEqual(rest, {
      accept: '*/*',
      'accept-encoding': 'identity',
      connection: 'keep-alive',
      'content-length': String(Buffer.byteLength(body)),
      'content-type': 'application/json',
      'howdah-task': 'order_paid',
      traceparent: headers.traceparent,
      'user-agent': 'Howdah',
      'webhook-id': 'b0a7c3f2-5c1d-4d59-9a4e-0d6f6a1c2e3b/42',
      'x-tenant': 'a',
    });
  });

  it('is signed by both secrets while there are two', async () => {
    await using stack = new AsyncDisposableStack();
    const { url, received } = await startReceiver(stack, (_, response) => response.end());
    const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    await openWebhooks(stack).publish(targetOf(url, undefined, [other, SECRET]), messageOf(), forever());
    for (const secret of [SECRET, other])
      new Webhook(secret).verify(received[0]?.body ?? '', received[0]?.headers as Record<string, string>);
  });

  it('is taken by any status of success', async () => {
    for (const status of [200, 201, 202, 204, 299]) assert.deepEqual(await outcomeOf([status]), { status });
  });

  it('is discarded where it is not wanted any more', async () => {
    const outcome = await outcomeOf([
      410,
      { 'content-type': 'application/json' },
      '{"error":"unsubscribed"}',
    ]);
    assert.ok(outcome instanceof SkipRetry);
    assert.match(outcome.message, /^127\.0\.0\.1:\d+ answered 410 Gone: \{"error":"unsubscribed"\}$/);
  });

  it('comes again when the receiver says, which is a day at most', async () => {
    const cases: [Answer, least: number, most: number][] = [
      [[429, { 'retry-after': '120' }], 120_000, 132_000],
      [[503, { 'retry-after': ' 7 ' }], 7_000, 7_700],
      [[503, { 'retry-after': '0' }], 1_000, 1_100],
      [[429, { 'retry-after': '9'.repeat(400) }], 86_400_000, 95_040_000],
      [[503, { 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' }], 86_400_000, 95_040_000],
      [[503, { 'retry-after': 'Thursday, 01-Jan-70 00:00:00 GMT' }], 1_000, 1_100],
      [
        [503, { date: 'Thu Jan  1 00:00:00 1970', 'retry-after': 'Thu Jan  1 00:00:20 1970' }],
        20_000,
        22_000,
      ],
      [[429, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() }], 58_000, 67_000],
      [
        [503, { date: 'Sun, 06 Nov 1994 08:49:37 GMT', 'retry-after': 'Sun, 06 Nov 1994 08:50:07 GMT' }],
        30_000,
        33_000,
      ],
    ];
    for (const [answer, least, most] of cases) {
      const outcome = await outcomeOf(answer);
      assert.ok(outcome instanceof RetryAfter, String(outcome));
      assert.ok(outcome.delayMs >= least && outcome.delayMs <= most, `${outcome.delayMs}`);
    }
  });

  it('comes again as its task says after any other failure', async () => {
    const answers: Answer[] = [
      [400],
      [401],
      [404],
      [422],
      [500],
      [502],
      [504],
      [599],
      [429],
      [503, { 'retry-after': 'soon' }],
      [503, { 'retry-after': '-5' }],
      [503, { 'retry-after': '1e9' }],
      [503, { 'retry-after': '1.5' }],
      [503, { 'retry-after': '2999-01-01T00:00:00Z' }],
      [503, { 'retry-after': 'Fri, 99 Dec 9999 99:99:99 GMT' }],
      [500, { 'retry-after': '3' }],
    ];
    for (const answer of answers) {
      const outcome = await outcomeOf(answer);
      assert.ok(outcome instanceof Error && !(outcome instanceof RetryAfter), String(outcome));
      assert.equal(Reflect.get(outcome, 'code'), 'WEBHOOK_ANSWER');
      assert.match(outcome.message, new RegExp(`answered ${answer[0]}`));
    }
  });

  it('follows no redirect, and tells the host it points to', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      const outcome = await outcomeOf([
        status,
        { location: 'https://me:secret@elsewhere.example:8443/token?a=b' },
      ]);
      assert.match(String(outcome), /it points to elsewhere\.example:8443, and webhooks follow nothing/);
      assert.doesNotMatch(String(outcome), /secret|token/);
    }
    assert.match(String(await outcomeOf([302, { location: '/other' }])), /points to 127\.0\.0\.1:\d+/);
    assert.match(String(await outcomeOf([302, { location: 'http://[' }])), /points to no address/);
    assert.match(String(await outcomeOf([304])), /answered 304 Not Modified$/);
  });
});

describe('the error of a webhook', () => {
  it('has the beginning of the answer in one line, without what steers a terminal', async () => {
    const text = `\u001b[31mno\u001b[0m\r\n\tsuch\u202e order\u2028\0 ${'x'.repeat(5_000)}`;
    const outcome = await outcomeOf([500, { 'content-type': 'text/plain; charset=utf-8' }, text]);
    const [, said = ''] = /Server Error: (.*)$/s.exec(String(outcome)) ?? [];
    assert.match(said, /^\[31mno \[0m such order x+…$/);
    assert.equal(said.length, 1_024);
  });

  it('has nothing of the payload, the signature, or the path that the receiver repeats', async () => {
    const body = Buffer.from(
      JSON.stringify({
        mail: 'ada@bank.example',
        name: 'Ada',
        deep: [{ card: 4242424242424242 }],
        text: `a "quoted" line\nof ${'words '.repeat(10)}secretword`,
      }),
    );
    await using stack = new AsyncDisposableStack();
    const { url } = await startReceiver(stack, (request, response) => {
      const said = {
        url: request.url,
        signature: request.headers['webhook-signature'],
        tenant: request.headers['x-tenant'],
        input: JSON.parse(body.toString()),
        hint: 'secretword mail field is bad',
      };
      response.writeHead(422, { 'content-type': 'application/problem+json' }).end(JSON.stringify(said));
    });
    const target = targetOf(`${url}/T0000/B0000/XXXXXXXX?token=abcdefgh`);
    const error = await openWebhooks(stack)
      .publish(target, messageOf({ body, headers: { 'x-tenant': 'tenant-of-ada' } }), forever())
      .catch(String);
    assert.match(String(error), /mail field is bad/);
    assert.match(String(error), /"input":\{"mail":"…","name":"…"/);
    for (const each of [
      'ada@',
      'Ada',
      '4242',
      'quoted',
      'secretword',
      'XXXXXXXX',
      'abcdefgh',
      'v1,',
      'tenant-of-ada',
    ])
      assert.ok(!String(error).includes(each), `${each} in ${error}`);
  });

  it('has nothing of the payload in whatever way a receiver writes it, or cuts it', () => {
    const url = new URL('https://shop.example/T0KEN-OF-OURS');
    const said = (payload: unknown, text: string | Buffer, type = 'application/json') => {
      const body = { start: Buffer.from(text).subarray(0, 4_096), length: Buffer.byteLength(text) };
      const sent = { url, body: Buffer.from(JSON.stringify(payload)), texts: [] };
      return describeAnswer({ headers: { 'content-type': type }, body }, sent);
    };
    const name = 'Zoë "Zo" Müller & Söhne / Co\n\\new';
    const [json] = [JSON.stringify({ bad: name })];
    const escaped = json.replace(
      /[^\x20-\x7e]/g,
      (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    for (const [text, type] of [
      [name, 'text/plain'],
      [json],
      [escaped],
      [escaped.replaceAll('/', '\\/')],
      [JSON.stringify({ body: escaped })],
      [
        `<p>bad: ${name.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('ë', '&#235;').replaceAll('ü', '&#xFC;')}</p>`,
        'text/html',
      ],
      [`bad=${encodeURIComponent(name)}`, 'application/x-www-form-urlencoded'],
      [name.toUpperCase(), 'text/plain'],
      [Buffer.from(name, 'latin1'), 'text/plain; charset=ISO-8859-1'],
      [Buffer.from(name, 'utf16le'), 'text/plain; charset="utf-16"'],
    ] as const)
      assert.doesNotMatch(said({ name }, text, type), /[MS][^e]?[uü]?ller|hne|Zo"|new/i, String(text));
    const token = 'S3CR3T'.repeat(1_000);
    assert.equal(said({ token }, `{"bad":"${token}"}`), '{"bad":"…');
    assert.equal(
      said({ id: 'abcdefghijklmnopqrstuvwx' }, "value='abcdefghijkl...mnopqrstuvwx' is bad"),
      "value='…...…' is bad",
    );
    assert.equal(
      said({ 'ada@bank.example': 1, line_2_text: 2 }, 'line_2_text: no ada@bank.example'),
      'line_2_text: no …',
    );
    assert.equal(said({ name }, '{"a":"b\\/c &amp; d %41"}'), '{"a":"b\\/c &amp; d %41"}');
    assert.equal(said({}, 'https%3A%2F%2Fshop.example%2FT0KEN-OF-OURS'), 'https%3A%2F%2Fshop.example%2F…');
    assert.equal(said({}, 'ü', 'text/plain; charset=no-such'), 'ü');
  });

  it('has nothing of an answer to a payload with more than can be looked for', async () => {
    await using stack = new AsyncDisposableStack();
    const { url } = await startReceiver(stack, (_, response) => response.writeHead(500).end('123456 is bad'));
    const listOf = (length: number) => Array.from({ length }, (_, index) => index);
    for (const payload of [listOf(5_001), listOf(400_000), 'x'.repeat(2_000_000)]) {
      const body = Buffer.from(JSON.stringify(payload));
      const outcome = await openWebhooks(stack)
        .publish(targetOf(url), messageOf({ body }), forever())
        .catch(String);
      assert.match(
        String(outcome),
        /Server Error: an answer to a payload too large to look for it in there$/,
      );
    }
  });

  it('says of what is no text how much it is', async () => {
    assert.match(String(await outcomeOf([500, { 'content-encoding': 'identity' }, 'abc'])), /: abc$/);
    assert.match(
      String(await outcomeOf([500, { 'content-type': 'image/png' }, 'PNG'])),
      /: 3 bytes that are no text$/,
    );
    assert.match(
      String(await outcomeOf([500, { 'content-encoding': 'gzip' }, 'abc'])),
      /: 3 bytes that are no text$/,
    );
  });
});

describe('the headers of a job', () => {
  it('are passed on but for those that HTTP, the signature or a login needs', async () => {
    await using stack = new AsyncDisposableStack();
    const { url, received } = await startReceiver(stack, (_, response) => response.end());
    const headers = {
      'X-Text': 'line\r\nevil: 1',
      'x-\r\nevil': '2',
      'name with blanks': 'é ü 100%',
      'x-plain': 'a "quoted" 100% text',
      ' ': 'blank',
      Host: 'evil.example',
      'Content-Length': '0',
      'content-type': 'text/html',
      'Transfer-Encoding': 'chunked',
      Connection: 'x-plain',
      Expect: '100-continue',
      Upgrade: 'h2c',
      authorization: 'Bearer x',
      Cookie: 'a=b',
      'Webhook-Id': 'other',
      'WEBHOOK-SIGNATURE': 'v1,x',
      'howdah-task': 'other',
      'x-forwarded-for': '127.0.0.1',
      'x-http-method-override': 'DELETE',
      // A gateway interface turns either sign into the same, and `Proxy` into what libraries take for the way out.
      howdah_task: 'other',
      webhook_signature: 'v1,x',
      content_length: '0',
      'x.forwarded.for': '127.0.0.1',
      Proxy: 'http://evil.example',
      'X-Forwarded': 'for=127.0.0.1',
      'X-Client-IP': '127.0.0.1',
      'True-Client-IP': '127.0.0.1',
      'CF-Connecting-IP': '127.0.0.1',
      'Remote-User': 'root',
      'ce-type': 'order_paid',
      ce_type: 'other',
      x_tenant: 'a',
    };
    await openWebhooks(stack).publish(targetOf(url), messageOf({ headers }), forever());
    const { headers: got = {}, body } = received[0] ?? {};
    assert.equal(body, '{"order_id":42}');
    new Webhook(SECRET).verify(body ?? '', got as Record<string, string>);
    assert.equal(got['x-text'], 'line%0D%0Aevil%3A%201');
    assert.equal(got['x-%0d%0aevil'] ?? got['x-%0D%0Aevil'], '2');
    assert.equal(decodeURIComponent(String(got['name%20with%20blanks'])), 'é ü 100%');
    assert.equal(got['x-plain'], 'a "quoted" 100% text');
    assert.equal(got['content-type'], 'application/json');
    assert.equal(got['howdah-task'], 'order_paid');
    assert.deepEqual([got['ce-type'], got['ce_type'], got['x_tenant']], ['order_paid', undefined, 'a']);
    for (const name of [
      'evil',
      'authorization',
      'cookie',
      'expect',
      'upgrade',
      'transfer-encoding',
      'x-forwarded-for',
      'x-http-method-override',
      'howdah_task',
      'webhook_signature',
      'content_length',
      'x.forwarded.for',
      'proxy',
      'x-forwarded',
      'x-client-ip',
      'true-client-ip',
      'cf-connecting-ip',
      'remote-user',
    ])
      assert.equal(got[name], undefined, name);
  });
});
