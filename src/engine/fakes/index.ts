export * from './clock.ts';
export { type CloudUnderTest, type MakeCloud, describeCloud } from './cloud/conformance.ts';
export * from './cloud/index.ts';
export * from './log.ts';
export * from './loopback.ts';
export * from './random.ts';
export * from './secrets.ts';
