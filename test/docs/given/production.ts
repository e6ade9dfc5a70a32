export const GIVEN = {
  'object-store.ts': `export class ObjectStore {
  constructor(_bucket: string) {}
  close(): void {}
}`,
};
