export * from './api.ts';
export { type FeedEvent, type FeedPosition, NO_EPOCH, readChanges } from './change-feed.ts';
export { type RemoteChange, toRemoteNode } from './convert.ts';
export { type HttpCloudOptions, createHttpCloud } from './http/index.ts';
export { REFRESH_TOKEN_SECRET, SessionKeeper, type SessionOptions } from './session.ts';
export { type WatchOptions, watchChanges } from './watch-changes.ts';
