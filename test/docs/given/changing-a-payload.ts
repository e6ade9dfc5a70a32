export const GIVEN = {
  'given.ts': `import type * as howdah from 'howdah';
declare global {
  const defineTask: typeof howdah.defineTask;
  const z: typeof howdah.z;
  function isShort(payload: { name: string }): boolean;
}`,
};
