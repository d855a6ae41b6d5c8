export * from './below.ts';
export * from './content.ts';
export * from './file-identity.ts';
export * from './find-by-path.ts';
export * from './ids.ts';
export * from './map-tree.ts';
export * from './trees.ts';
