export * from './fake-disk.ts';
export * from './fake-watch.ts';
export * from './name-rules.ts';
export * from './user-hands.ts';
export { type Inode, type VolumeOptions } from './volume.ts';
