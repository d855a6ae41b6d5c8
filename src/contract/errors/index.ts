export * from './catalogue.ts';
export * from './params.ts';
export * from './tidemark-error.ts';
export * from './text.ts';
