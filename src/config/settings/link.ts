/** A link from a job to where else there is something of it: logs, traces. */
export interface JobLink {
  /** What people see: 1 to 60 characters. */
  readonly label: string;
  /** http or https, with `{{job_id}}`, `{{trace_id}}`, `{{task}}` and `{{queue}}` for the job's own, each percent-encoded. */
  readonly url: string;
}

/** What may stand in a link's address. */
const LINK_PLACEHOLDERS = ['job_id', 'trace_id', 'task', 'queue'] as const;

export type LinkPlaceholder = (typeof LINK_PLACEHOLDERS)[number];

/** Also what is misspelt, or begun and not ended. */
export const PLACEHOLDER = /\{\{([^{}]*)\}\}|\{\{|\}\}/g;

const MOST = 20;

/** Everything that is wrong with a list of links, in words. */
export function findLinkMistakes(links: unknown): string[] {
  if (links === undefined) return [];
  if (!Array.isArray(links) || links.length > MOST)
    return [`links: expected a list of at most ${MOST} links`];
  return links.flatMap((link: Partial<JobLink> | null, index) => [
    ...findLabelMistake(link?.label).map((mistake) => `links[${index}].label: ${mistake}`),
    ...findAddressMistakes(link?.url).map((mistake) => `links[${index}].url: ${mistake}`),
  ]);
}

function findLabelMistake(label: unknown): string[] {
  const isLabel = typeof label === 'string' && label.trim() !== '' && label.length <= 60;
  return isLabel ? [] : [`expected 1 to 60 characters, received ${JSON.stringify(label) ?? 'nothing'}`];
}

function findAddressMistakes(url: unknown): string[] {
  if (typeof url !== 'string') return [`expected an address, received ${JSON.stringify(url) ?? 'nothing'}`];
  const unknown = [...url.matchAll(PLACEHOLDER)].filter(
    ([, name]) => !LINK_PLACEHOLDERS.some((each) => each === name),
  );
  const isAddress = isWeb(url.replace(PLACEHOLDER, 'x')) && isWeb(url.split('{{')[0] ?? '');
  return [
    ...(isAddress
      ? []
      : [`expected an address of http or https that names its host, received ${JSON.stringify(url)}`]),
    ...unknown.map(
      ([found]) =>
        `expected one of ${LINK_PLACEHOLDERS.map((name) => `{{${name}}}`).join(', ')}, received ${found}`,
    ),
  ];
}

/** Whose host is not put together of a job's data. */
function isWeb(url: string): boolean {
  return /^https?:\/\/[^/?#\s{}]+/i.test(url) && URL.canParse(url);
}
