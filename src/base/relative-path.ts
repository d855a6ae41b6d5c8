/** Paths inside a synced folder: segments joined by `/`, no leading or trailing slash; the folder itself is ''. */
export type RelativePath = string;

export const joinPath = (parent: RelativePath, name: string): RelativePath => (parent === '' ? name : `${parent}/${name}`);

export function parentPath(path: RelativePath): RelativePath {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

export const baseName = (path: RelativePath): string => path.slice(path.lastIndexOf('/') + 1);

/** True when `path` is `ancestor` or lies below it. */
export const isInside = (path: RelativePath, ancestor: RelativePath): boolean =>
  ancestor === '' || path === ancestor || path.startsWith(`${ancestor}/`);
