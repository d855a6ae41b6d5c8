export { type Device, World } from './world.ts';
export type { Memory } from './service.ts';
export { differences, digestTree } from './tree-digest.ts';
export { seededBytes } from './seeded-bytes.ts';
