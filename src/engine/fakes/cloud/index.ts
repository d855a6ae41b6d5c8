export { FakeCloud, type FakeCall, type FakeCloudOptions } from './fake-cloud.ts';
