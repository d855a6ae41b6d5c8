import { nameKey } from '../../base/index.ts';
import { type ErrorData, TidemarkError, toErrorData, type UndoResult } from '../../contract/index.ts';
import { findItem, findOldFolder, isHere, type MoveBack } from '../apply/index.ts';
import type { ActivityRow, Reversal } from '../store/index.ts';
import type { TidemarkEngine } from './engine.ts';
import { undoInCloud } from './undo-in-cloud.ts';
import { shownActivity, undoingOf } from './undoing.ts';

/** Takes back what these lines tell of, the newest first: so each finds what it changed as it left it. Never throws for one of them. */
export async function undoAll(engine: TidemarkEngine, ids: readonly number[]): Promise<readonly UndoResult[]> {
  const results = new Map<number, UndoResult>();
  const newestFirst = [...new Set(ids)].sort((a, b) => b - a);
  for (const id of newestFirst) {
    if (results.has(id)) continue;
    const result = await undoOne(engine, id);
    results.set(id, result);
    if (result.outcome !== 'failed' || result.error.code !== 'undo_place_taken') continue;
    const circle = circleOf(
      engine,
      id,
      newestFirst.filter((other) => !results.has(other)),
    );
    for (const one of circle.length > 1 ? await undoCircle(engine, circle) : []) results.set(one.id, one);
  }
  return newestFirst.flatMap((id) => results.get(id) ?? []);
}

async function undoOne(engine: TidemarkEngine, id: number): Promise<UndoResult> {
  try {
    const { row, reversal } = possible(engine, id);
    return undone(engine, row, await undo(engine, row, reversal));
  } catch (error) {
    return failed(id, error);
  }
}

/** What an undo of this line would be refused with, as far as that shows before it is tried. */
export async function whyNotUndone(engine: TidemarkEngine, id: number): Promise<ErrorData | null> {
  try {
    const { row, reversal } = possible(engine, id);
    if (isHere(reversal)) await engine.requireRun().byHand.checkUndo(row, reversal);
    return null;
  } catch (error) {
    return toErrorData(error);
  }
}

/** Throws why it is not possible. */
function possible({ store, environment }: TidemarkEngine, id: number): { readonly row: ActivityRow; readonly reversal: Reversal } {
  const row = store.activityRow(id);
  if (row === undefined) throw new TidemarkError('unknown_item', { id: String(id) });
  const { reversal } = row;
  const { state, reason } = undoingOf(row, environment.clock.now(), store.setting('trash.keepDays'));
  if (state === 'possible' && reversal !== null) return { row, reversal };
  const { code, params } = reason ?? { code: 'undo_impossible', params: {} };
  throw new TidemarkError(code, params);
}

/** Answers the line that tells of it. */
async function undo(engine: TidemarkEngine, row: ActivityRow, reversal: Reversal): Promise<number> {
  const run = engine.requireRun();
  if (isHere(reversal)) return (await run.byHand.undo(row, reversal)).activityId;
  try {
    return await undoInCloud(engine, row, reversal);
  } finally {
    run.syncNow();
  }
}

interface Turn {
  readonly row: ActivityRow;
  readonly reversal: MoveBack;
}

/** Moves that cannot be undone one after the other, since each has its item where another one belongs: a swap, a rotation. */
function circleOf({ store }: TidemarkEngine, first: number, others: readonly number[]): readonly Turn[] {
  const moveOf = (id: number): Turn[] => {
    const row = store.activityRow(id);
    return row?.reversal?.way === 'move_back' && row.undoneBy === null ? [{ row, reversal: row.reversal }] : [];
  };
  const open = others.flatMap(moveOf);
  const circle = moveOf(first);
  const itemOf = ({ row }: Turn): string | undefined => findItem(store, row)?.id;
  for (let turn = circle[0]; turn !== undefined;) {
    const { to } = turn.reversal;
    const folder = findOldFolder(store, turn.row, to.parentId);
    if (folder === undefined) return [];
    const item = itemOf(turn);
    const there = [...store.local.named(folder, nameKey(to.name))].find(({ id }) => id !== item);
    if (there === undefined || circle.some((one) => itemOf(one) === there.id)) return circle;
    turn = open.find((one) => itemOf(one) === there.id);
    if (turn !== undefined) circle.push(turn);
  }
  return [];
}

async function undoCircle(engine: TidemarkEngine, circle: readonly Turn[]): Promise<readonly UndoResult[]> {
  try {
    for (const { row } of circle) possible(engine, row.id);
    const told = await engine.requireRun().byHand.undoTogether(circle);
    return circle.flatMap(({ row }, index) => {
      const line = told[index];
      return line === undefined ? [] : [undone(engine, row, line.activityId)];
    });
  } catch (error) {
    return circle.map(({ row }) => failed(row.id, error));
  }
}

function undone({ store, environment }: TidemarkEngine, { id, reversal }: ActivityRow, told: number): UndoResult {
  const line = store.activityRow(told);
  if (line === undefined || reversal === null) throw new Error('the line of an undo is gone');
  return { outcome: 'undone', id, way: reversal.way, activity: shownActivity(line, store, environment.clock.now()) };
}

function failed(id: number, thrown: unknown): UndoResult {
  const { code, params } = toErrorData(thrown);
  return { outcome: 'failed', id, error: { code, params } };
}
