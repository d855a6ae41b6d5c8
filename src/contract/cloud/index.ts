export * from './account.ts';
export * from './blocks.ts';
export * from './commit.ts';
export * from './discovery.ts';
export * from './drive.ts';
export * from './node.ts';
export * from './problem.ts';
export * from './routes.ts';
