export * from './server.ts';
export { CODE_MS, SESSION_MS } from './codes.ts';
