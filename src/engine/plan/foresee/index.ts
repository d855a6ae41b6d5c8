export { canMove, canPut, carryOut, Impossible, rebind } from './carry-out.ts';
export { type Amount, compareSides, type SideComparison } from './compare-sides.ts';
export { type Foresight, foresee, type ForeseenStep } from './foresee.ts';
export { OverlayTree } from './overlay-tree.ts';
