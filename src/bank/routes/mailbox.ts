import { createMiddleware } from 'hono/factory';
import { isLocalCaller, type RouteEnv, type Routes, requireToken, rootFrom } from '../../http.ts';
import { HowdahError } from '../../index.ts';
import type { DevelopmentMailbox, MailboxMessage } from '../mail/development-mailbox.ts';
import { mailDocument } from '../pages/mail-document.ts';
import { mailboxPage } from '../pages/mailbox.ts';
import { messagePage } from '../pages/message.ts';
import type { BankRouteDependencies } from './bank-routes.ts';

/** A mail is a stranger's HTML: an origin of its own, no script, no forms; its links open in a new window. */
const MAIL_POLICY = [
  'sandbox allow-popups allow-popups-to-escape-sandbox',
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "frame-ancestors 'self'",
].join('; ');

/**
 * The development mailbox, as pages and as JSON; without a mailbox these addresses do not exist. In the mails are links that
 * verify addresses: they answer callers on this machine, and others who have the operators' token.
 */
export function addMailboxRoutes(
  app: Routes,
  { mailbox, adminToken }: Pick<BankRouteDependencies, 'mailbox' | 'adminToken'>,
): void {
  if (!mailbox) return;
  const guard = ownersOnly(adminToken);
  app.get('/mailbox', guard, (c) => c.html(mailboxPage(mailbox.messages(), rootFrom(c))));
  app.get('/mailbox.json', guard, (c) => c.json({ messages: mailbox.messages().map(present) }));
  app.get('/mailbox/:id', guard, (c) =>
    c.html(messagePage(findMessage(mailbox, c.req.param('id')), rootFrom(c))),
  );
  app.get('/mailbox/:id/html', guard, (c) => {
    const message = findMessage(mailbox, c.req.param('id'));
    c.header('Content-Security-Policy', MAIL_POLICY);
    c.header('X-Frame-Options', 'SAMEORIGIN');
    return c.html(mailDocument(message.html));
  });
}

function ownersOnly(adminToken: string | undefined) {
  const byToken = requireToken([adminToken]);
  return createMiddleware<RouteEnv>((c, next) => (isLocalCaller(c) ? next() : byToken(c, next)));
}

function findMessage(mailbox: DevelopmentMailbox, id: string): MailboxMessage {
  const message = /^\d{1,15}$/.test(id) ? mailbox.message(Number(id)) : undefined;
  if (!message)
    throw new HowdahError('not_found', { detail: 'There is no such mail; the mailbox forgets old ones' });
  return message;
}

function present({ id, messageId, from, to, subject, text, html, receivedAt }: MailboxMessage) {
  return { id, message_id: messageId, from, to, subject, text, html, received_at: receivedAt.toISOString() };
}
