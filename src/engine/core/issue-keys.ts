/** Issues of what has no node: `path:` and the path. */
export const PATH_KEY = 'path:';

/** The issue is one of an item and not of a path. */
export const isNodeKey = (key: string): boolean => !key.startsWith(PATH_KEY);

export const MAX_ISSUES = 10_000;
