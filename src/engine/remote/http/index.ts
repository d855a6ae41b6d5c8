export { type HttpCloudOptions, createHttpCloud } from './http-cloud.ts';
export type { Waits } from './line.ts';
