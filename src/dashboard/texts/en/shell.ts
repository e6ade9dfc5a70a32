/** Texts around every page. */
export const shell = {
  product: 'Howdah',
  skip: 'Skip to the content',
  navigation: 'Pages',
  pages: {
    overview: 'Overview',
    jobs: 'Jobs',
    failures: 'Failures',
    queues: 'Queues',
    workers: 'Workers',
    sources: 'Sources',
    schedules: 'Schedules',
    tasks: 'Tasks',
    audit: 'Audit log',
  },
  live: {
    on: 'Live',
    off: 'Paused',
    lost: 'Connection lost, trying again',
    toggle: 'Pause or go on with live updates',
  },
  zone: { utc: 'UTC', own: 'Local time', toggle: 'Show times in UTC or in your zone' },
  language: 'Language',
  help: 'Keys',
  logOut: 'Log out',
  actor: (name: string, role: string) => `${name} (${role})`,
  roles: { admin: 'admin', viewer: 'viewer: looks only' },
  login: {
    title: 'Log in',
    token: 'Token',
    tokenHint: 'ADMIN_TOKEN to act, VIEWER_TOKEN to look. npm start and npx howdah dev print both.',
    name: 'Your name',
    nameHint: 'Optional. The audit log names it with whatever you do.',
    submit: 'Log in',
    wrong: 'That is neither of the tokens.',
    byHost: 'Log in to the application first; this page goes by its login.',
  },
  error: {
    back: 'Back',
    retry: 'Try again',
    home: 'To the overview',
    request: (id: string) => `Request ${id}`,
    login:
      'The login of the application could not be asked who you are. The log of this service says why; nothing was changed.',
    database: 'The database does not answer. Jobs are safe in it; this page comes back by itself.',
    lockedTitle: 'Somebody holds a lock on what this page reads',
    lockedPart: 'Somebody holds a lock on what belongs here, so it is left out.',
    locked:
      'It was waited for and not let go. npx howdah doctor names the session that holds it; this page comes back by itself.',
    slowTitle: 'The database takes too long',
    slow: 'It has more to do than it can, or a table was not analysed: npx howdah doctor tells. This page comes back by itself.',
    notInstalled:
      'Howdah is not in this database, or is of another version there: npx howdah migrate brings it up to date.',
    deniedTitle: 'The database does not let this service look',
    denied: (role: string, statement: string) =>
      `The service logs in to the database as the role ${role}, which lacks rights. As the owner of Howdah’s schemas: ${statement};`,
    /** By code of an error; the table of errors has the others, in English. */
    titles: { unauthorized: 'You are not logged in' } as Readonly<Record<string, string>>,
    /** By code likewise: what all errors of that code say, where the pages have no more to tell. */
    messages: {} as Readonly<Record<string, string>>,
    tooLow: 'A viewer may look and not act.',
    sessionOver:
      'A login lasts twelve hours, or until the tokens change. What you asked for was not done: log in, and ask for it again.',
  },
  done: {
    title: 'Done',
    dismiss: 'Dismiss',
    job: (id: string) => `Job ${id}`,
  },
  keys: {
    title: 'Keys',
    close: 'Close',
    rows: [
      ['/', 'search'],
      ['j  k', 'next and previous row'],
      ['Enter', 'open the row'],
      ['x', 'select the row'],
      ['r', 'retry the selected, or this job'],
      ['c', 'cancel the selected, or this job'],
      ['g then o j f q w m s t a', 'go to a page'],
      ['p', 'pause or go on with live updates'],
      ['?', 'this help'],
    ] as readonly (readonly [string, string])[],
  },
};
