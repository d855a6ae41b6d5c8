export * from './content-builder.ts';
export * from './content-hash.ts';
export * from './cutter.ts';
