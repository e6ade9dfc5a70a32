// A way to a Postgres server that takes its time, in a process of its own: node bench/proxy.ts <url> <milliseconds each direction>
import { startTcpProxy } from '../test/support/tcp-proxy.ts';

const [url = '', delayMs = '0'] = process.argv.slice(2);
const proxy = await startTcpProxy(url, Number(delayMs));
process.once('disconnect', () => process.exit());
process.send?.({ url: proxy.url });
