export { type Device, World } from './world.ts';
export { type Memory, tidemarkScript } from './service.ts';
export { differences, digestTree, type TreeDigest } from './tree-digest.ts';
export { seededBytes } from './seeded-bytes.ts';
