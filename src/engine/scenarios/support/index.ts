export * from './cloud.ts';
export * from './device.ts';
export * from './mortal.ts';
export * from './proxy.ts';
export * from './traffic.ts';
export * from './tree.ts';
export * from './world.ts';
