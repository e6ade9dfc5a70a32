import app from '../howdah.config.js';
import { sendReceipt } from '../send-receipt.js';

export default app.handle(sendReceipt, async ({ order_id }, { services, job }) => {
  await services.pool.query('insert into receipts values ($1, $2)', [order_id, job.attempt]);
});
