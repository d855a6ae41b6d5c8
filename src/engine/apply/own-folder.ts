import { OWN_FOLDER } from '../ignore/index.ts';
import type { NodeId } from '../model/index.ts';

/** Places in Tidemark's own folder: on the volume of the synced one, so that files move in and out by name only. */
export interface OwnPaths {
  readonly own: string;
  /** Downloads under way; emptied at every start. */
  readonly tmp: string;
  /** What sync replaced or deleted. */
  readonly trash: string;
  /** Items that wait for their place, one folder each, named by id. */
  readonly parked: string;
}

export function ownPaths(root: string): OwnPaths {
  const own = `${root}/${OWN_FOLDER}`;
  return { own, tmp: `${own}/tmp`, trash: `${own}/trash`, parked: `${own}/parked` };
}

export const parkedFolder = (root: string, id: NodeId): string => `${ownPaths(root).parked}/${id}`;
