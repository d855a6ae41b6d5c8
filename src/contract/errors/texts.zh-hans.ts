import type { ErrorTexts } from './text.ts';
export const zhHans = {} as ErrorTexts;
