import { nameKey } from '../../../base/index.ts';
import { type LocalNode, type NodeId, type RemoteNode, ROOT_ID, type Trees } from '../../model/index.ts';

export interface Amount {
  readonly files: number;
  readonly folders: number;
  readonly bytes: number;
}

/** What two sides that were never agreed on hold, by path. */
export interface SideComparison {
  readonly same: Amount;
  readonly onlyHere: Amount;
  readonly onlyThere: Amount;
  /** Paths that both have with different content: both versions are kept. */
  readonly different: readonly string[];
  /** Files of the same place and size on both sides that have to be read before they can be compared. */
  readonly unread: readonly NodeId[];
}

class Tally {
  files = 0;
  folders = 0;
  bytes = 0;
  add(node: LocalNode | RemoteNode): void {
    if (node.kind === 'folder') this.folders += 1;
    else {
      this.files += 1;
      this.bytes += sizeOf(node);
    }
  }
}

const sizeOf = (node: LocalNode | RemoteNode): number => (node.kind === 'folder' ? 0 : 'stat' in node ? node.stat.size : node.content.size);

/** Goes over both trees side by side. Costs as much as both hold together. */
export function compareSides(trees: Pick<Trees, 'remote' | 'local'>): SideComparison {
  const same = new Tally();
  const onlyHere = new Tally();
  const onlyThere = new Tally();
  const different: string[] = [];
  const unread: NodeId[] = [];
  const all = (tree: 'remote' | 'local', tally: Tally, top: LocalNode | RemoteNode): void => {
    const queue = [top];
    for (const node of queue) {
      tally.add(node);
      if (node.kind === 'folder') for (const child of trees[tree].children(node.id)) queue.push(child);
    }
  };
  const queue: { readonly here: NodeId; readonly there: NodeId; readonly path: string }[] = [{ here: ROOT_ID, there: ROOT_ID, path: '' }];
  for (const { here, there, path } of queue) {
    const met = new Set<NodeId>();
    for (const local of trees.local.children(here)) {
      const named = [...trees.remote.named(there, nameKey(local.name))];
      const remote = named[0];
      if (remote === undefined || met.has(remote.id)) {
        all('local', onlyHere, local);
        continue;
      }
      met.add(remote.id);
      const at = path === '' ? local.name : `${path}/${local.name}`;
      if (local.kind === 'folder' && remote.kind === 'folder') {
        same.add(local);
        queue.push({ here: local.id, there: remote.id, path: at });
      } else if (local.kind === 'file' && remote.kind === 'file' && local.stat.size === remote.content.size) {
        if (local.content === null) unread.push(local.id);
        else if (local.content.hash === remote.content.hash) same.add(local);
        else different.push(at);
      } else different.push(at);
    }
    for (const remote of trees.remote.children(there)) if (!met.has(remote.id)) all('remote', onlyThere, remote);
  }
  const amount = ({ files, folders, bytes }: Tally): Amount => ({ files, folders, bytes });
  return { same: amount(same), onlyHere: amount(onlyHere), onlyThere: amount(onlyThere), different, unread };
}
