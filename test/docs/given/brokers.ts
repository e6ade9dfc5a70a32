export const GIVEN = {
  'given.ts': `import type { SqlClient, TaskDefinition, TaskDistributor } from 'howdah';
declare global {
  const distributor: TaskDistributor;
  const tx: SqlClient;
  const sendVerifyEmail: TaskDefinition<{ user_account: string }>;
}`,
};
