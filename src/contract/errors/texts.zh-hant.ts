import type { ErrorTexts } from './text.ts';
export const zhHant = {} as ErrorTexts;
