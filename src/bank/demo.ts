import { existsSync } from 'node:fs';
import { seeBackOffice, seeHandedOver } from './demo/back-office.ts';
import { inventCustomer } from './demo/customer.ts';
import { startDemoService } from './demo/demo-service.ts';
import { readMails } from './demo/mails.ts';
import { Narrator, StepError } from './demo/narrator.ts';
import { failAfterEnqueue, signUpAgain } from './demo/roll-back.ts';
import { type DemoRoute, openRoute } from './demo/route.ts';
import { signUp } from './demo/sign-up.ts';
import { introduce } from './demo/surroundings.ts';
import { followLink, lookUpUser, pressButton } from './demo/verification.ts';
import type { Walk } from './demo/walk.ts';
import { seeJobsRun } from './demo/work.ts';

/** Making a database from nothing may take a slow machine longer than any step after it. */
const START_LIMIT_MS = 60_000;

const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => interrupt.abort(new Error(`stopped by ${name}`)));
}
const narrator = new Narrator(interrupt.signal);

try {
  await demonstrate();
  narrator.end(true, 'Everything happened, and nothing is left behind.');
} catch (error) {
  if (!(error instanceof StepError)) throw error;
  narrator.end(false, error.message);
  process.exitCode = 1;
}

/** The main job, end to end, on a service of its own. @throws {StepError} naming the step that did not happen */
async function demonstrate(): Promise<void> {
  await using opened = new AsyncDisposableStack();
  narrator.title('Howdah: a customer signs up, and the mail is on its way in the same transaction.');
  const demo = await narrator.step(
    'Start the service',
    async () => {
      const route = await openRoute(process.argv.slice(2), { ...process.env }, opened);
      const started = await startDemoService(opened, route);
      await introduce(started, narrator);
      if (route) narrator.fact(true, `${route.broker}, to which the jobs of both mails go`);
      if (route?.note !== undefined) narrator.note(route.note);
      return { ...started, route };
    },
    START_LIMIT_MS,
  );
  const customer = inventCustomer();
  const step: Step = (heading, work) =>
    narrator.step(heading, (signal) => work({ ...demo, narrator, customer, signal }));
  await takeWalk(step, { route: demo.route, opened });
  await narrator.step('Stop the service', async () => {
    await opened.disposeAsync();
    narrator.fact(!existsSync(demo.folder), 'jobs, HTTP, mailbox and database ended, and the folder is gone');
  });
}

type Step = <T>(heading: string, work: (walk: Walk) => Promise<T>) => Promise<T>;

interface Surroundings {
  /** Where the bank's jobs go. */
  readonly route: DemoRoute | undefined;
  readonly opened: AsyncDisposableStack;
}

async function takeWalk(step: Step, { route, opened }: Surroundings): Promise<void> {
  const jobs = await step('Sign up: one transaction writes the user and enqueues both mails', signUp);
  await step('Sign up again with the same account: refused, and rolled back', signUpAgain);
  await step('Fail after the enqueue: the job rolls back with the user', failAfterEnqueue);
  await step(route ? `Workers hand both jobs to ${route.broker}` : 'Workers run both jobs', async (walk) => {
    await seeJobsRun(walk, jobs);
    if (route) await seeHandedOver(walk, route, jobs);
  });
  if (route) {
    await step('The back office makes jobs of both messages, and runs them', (walk) =>
      seeBackOffice(walk, route, { opened, handedOver: jobs }),
    );
  }
  const link = await step('Read both mails', readMails);
  const form = await step('Follow the link', (walk) => followLink(walk, link));
  await step('Press the button', (walk) => pressButton(walk, form));
  await step('Look the user up', lookUpUser);
}
