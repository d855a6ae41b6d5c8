/** Phrases of docs/sync-scenarios.md whose tests are being written. Empty when all is shown; then this file goes. */
export const EXPECTED_FROM_ELSEWHERE: readonly string[] = [
  'ignored after sync',
  'ignoring a subtree never asks',
  'negation',
  'anchors',
  'nesting',
  'prefix siblings',
  'comments',
  'escapes',
  'CRLF',
  'BOM',
  'bad pattern',
  'edited while ignored, then un-ignored',
  'rules edited on another device apply next cycle without deletes',
  'selected folder moved remotely',
  'hidden files',
];
