export * from './fake-disk.ts';
export * from './fake-watch.ts';
export * from './user-hands.ts';
export { split, type Inode, type VolumeOptions } from './volume.ts';
