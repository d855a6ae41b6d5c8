export * from './codes.ts';
export { type ExplainTexts, explainText, explainTexts } from './text.ts';
