import { randomBytes } from 'node:crypto';

/** Somebody who signs up; another one at every run, so that a database may be used twice. */
export interface Customer {
  account: string;
  username: string;
  email: string;
  password: string;
}

export function inventCustomer(): Customer {
  const account = `ada-${randomBytes(3).toString('hex')}`;
  return {
    account,
    username: 'Ada Lovelace',
    email: `${account}@example.com`,
    password: randomBytes(12).toString('base64url'),
  };
}

/** The customer as a request body that can be shown. */
export function withoutPassword(customer: Customer): string {
  return JSON.stringify({ ...customer, password: '…' });
}
