export * from './built-in.ts';
export { type FolderRules, heeded, judge, type LeftOut, type Level, levelBelow, topLevel } from './level.ts';
export type { Pattern } from './pattern.ts';
export { ParsedRules } from './parsed-rules.ts';
export * from './rules.ts';
export { Scope, type ScopeFacts, type Side } from './scope.ts';
