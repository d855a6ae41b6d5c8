export * from './disk-fault.ts';
export { createNodeDisk, type NodeDisk } from './node-disk.ts';
export * from './plain-path.ts';
export * from './fault-reason.ts';
export * from './scan/index.ts';
