import type { Place } from '../plan/index.ts';
import type { Reversal } from '../store/index.ts';

/** How a move from one place to another is taken back. */
export function movedBack(from: Place, to: Place): Reversal {
  return { way: 'move_back', from: { parentId: to.parentId, name: to.name }, to: { parentId: from.parentId, name: from.name } };
}
