import { sameName } from '../../base/index.ts';
import type { Place } from './operations.ts';

export const samePlace = (a: Place, b: Place): boolean => a.parentId === b.parentId && sameName(a.name, b.name);

export const placeOf = ({ parentId, name }: Place): Place => ({ parentId, name });
