/** Texts of the page about who did what. */
export const audit = {
  title: 'Audit log',
  none: 'Nothing was done that fits. Whatever an operator does here, over HTTP, in the terminal or in SQL is written down.',
  filter: 'Filter',
  older: 'Older',
  more: (n: string) => `and ${n} more`,
  columns: { when: 'When', who: 'Who', what: 'What', jobs: 'Jobs', details: 'Details', from: 'From' },
};
