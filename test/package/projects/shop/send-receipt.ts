import { defineTask } from 'howdah';
import { z } from 'zod';

export const sendReceipt = defineTask({
  name: 'send_receipt',
  payload: z.strictObject({ order_id: z.string() }),
});
