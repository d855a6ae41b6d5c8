import type { ErrorTexts } from './text.ts';
export const en = {} as ErrorTexts;
