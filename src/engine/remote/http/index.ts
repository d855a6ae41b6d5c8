export { type HttpCloudOptions, createHttpCloud } from './http-cloud.ts';
export { type Waits, defaultWaits } from './line.ts';
