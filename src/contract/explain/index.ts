export * from './codes.ts';
export { type ExplainTexts, explainText, explainTexts } from './text.ts';
export { type ExplanationWords, explanationWords } from './words.ts';
