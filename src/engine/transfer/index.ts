export * from './api.ts';
export { type CommitterParts, createCommitter } from './committer.ts';
export { type DownloaderParts, createDownloader } from './downloader.ts';
export { RankedQueue } from './ranked-queue.ts';
export { type BandwidthLimits, type Lane, type Send, type Throttle, createThrottle } from './throttle.ts';
export { type UploaderParts, createUploader } from './uploader.ts';
