/** Client and server of the one protocol, over any port. */
export * from './client.ts';
export * from './frames.ts';
export * from './methods.ts';
export * from './port.ts';
export * from './server.ts';
export * from './status-sync.ts';
export * from './text.ts';
