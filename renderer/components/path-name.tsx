import type { ReactElement } from 'react';
import { baseName, parentPath } from '../../src/base/index.ts';

/** A name as it is, its direction kept apart from the sentence around it. */
export const Name = ({ children }: { readonly children: string }): ReactElement => <bdi className="name">{children}</bdi>;

/** The name first, where it lies beneath. `whole` stands for the synced folder itself. */
export function PathName({ path, whole }: { readonly path: string; readonly whole: string }): ReactElement {
  const parent = parentPath(path);
  return (
    <span className="path-name" title={path}>
      <Name>{path === '' ? whole : baseName(path)}</Name>
      {parent !== '' && <bdi className="path-parent">{parent}</bdi>}
    </span>
  );
}
