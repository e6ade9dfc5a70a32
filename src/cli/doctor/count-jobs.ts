/** A number of jobs in words. */
export function countJobs(count: number): string {
  return count === 1 ? '1 job' : `${count} jobs`;
}
