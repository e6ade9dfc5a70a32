/** What a mail job tells the function that sends its mail. */
export interface MailRequest {
  userAccount: string;
  /** The same for every attempt of one job. */
  jobId: string;
  /** Ends the attempt. */
  signal: AbortSignal;
}

/**
 * Message-ID of a job's mail, without angle brackets. Every attempt of the job has the same one, so a receiver can
 * drop the duplicate that at-least-once delivery may bring.
 */
export function messageIdOf(jobId: string, publicUrl: string): string {
  return `job-${jobId}@${new URL(publicUrl).hostname}`;
}
