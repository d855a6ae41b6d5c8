export * from './conflict-name.ts';
