import PostalMime, { type Address, type Email } from 'postal-mime';

/** A message as a receiving server sees it. */
export interface ReceivedMail {
  /** Without angle brackets. */
  messageId: string;
  /** As the From header has it: `Name <address>` or the bare address. */
  from: string;
  /** Addresses the server was told to deliver to, whatever the To header says. */
  to: string[];
  subject: string;
  /** Empty when the message has none, as with `html`. */
  text: string;
  html: string;
  receivedAt: Date;
  /** In the order of the message; names in lower case. */
  headers: { name: string; value: string }[];
}

/** Takes a raw message apart; `to` are the recipients of its envelope. */
export async function parseReceivedMail(raw: Uint8Array, to: string[]): Promise<ReceivedMail> {
  const email = await PostalMime.parse(raw);
  return {
    messageId: (email.messageId ?? '').replace(/^<|>$/g, ''),
    from: formatSender(email.from),
    to,
    ...contentOf(email),
    receivedAt: new Date(),
    headers: email.headers.map(({ key, value }) => ({ name: key, value })),
  };
}

function formatSender(from: Address | undefined): string {
  if (!from) return '';
  return from.name && from.address ? `${from.name} <${from.address}>` : (from.address ?? from.name);
}

function contentOf({ subject = '', text = '', html = '' }: Email) {
  // The last line break is the transport's.
  return { subject, text: text.trimEnd(), html: html.trimEnd() };
}
