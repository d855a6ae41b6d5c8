export * from './disk-fault.ts';
export * from './fault-reason.ts';
export * from './folder-marker.ts';
export { createNodeDisk, type NodeDisk } from './node-disk.ts';
export * from './plain-path.ts';
export * from './scan/index.ts';
export * from './trash.ts';
export { watchFolder } from './watcher.ts';
