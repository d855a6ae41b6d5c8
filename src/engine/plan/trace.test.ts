import { describe, expect, it } from 'vitest';
import { Scene } from '../fakes/world/scene.ts';
import { plan } from './plan.ts';
import type { Trace } from './trace.ts';

/** `rule` of each of these items when only they are asked about, with how many they wait for. */
function rules(scene: Scene, ...paths: readonly string[]): readonly string[] {
  return paths.map((path) => {
    const trace: Trace = new Map();
    plan(scene.world, [scene.id(path)], scene.policy, trace);
    const reason = trace.get(scene.id(path));
    if (reason === undefined) return 'nothing to decide';
    return reason.waitsFor.length === 0 ? reason.rule : `${reason.rule} ${reason.waitsFor.length}`;
  });
}

describe('why', () => {
  it('of what one side did', () => {
    const scene = new Scene()
      .agreed('same', 'edited here', 'edited there', 'moved here', 'moved there', 'gone here', 'gone there', 'gone')
      .added('local', 'new here')
      .added('local', 'not read', null)
      .added('remote', 'new there')
      .edited('local', 'edited here', '1')
      .edited('remote', 'edited there', '2')
      .moved('local', 'moved here', 'x')
      .moved('remote', 'moved there', 'y')
      .deleted('local', 'gone here', 'gone')
      .deleted('remote', 'gone there', 'gone');
    expect(rules(scene, 'same', 'edited here', 'edited there', 'moved here', 'moved there', 'gone here', 'gone there', 'gone')).toEqual([
      'nothing to decide',
      'edited_here',
      'edited_there',
      'moved_here',
      'moved_there',
      'deleted_here',
      'deleted_there',
      'gone_both',
    ]);
    expect(rules(scene, 'new here', 'not read', 'new there')).toEqual(['new_here', 'read_first', 'new_there']);
  });

  it('of what both sides did', () => {
    const scene = new Scene()
      .agreed('both', 'kept here', 'kept there', 'moved')
      .added('local', 'twin', '1')
      .added('remote', 'cloud twin', '1')
      .added('local', 'rival', '1')
      .added('remote', 'cloud rival', '2')
      .edited('local', 'both', '1')
      .edited('remote', 'both', '2')
      .edited('local', 'kept here', '1')
      .deleted('remote', 'kept here')
      .edited('remote', 'kept there', '1')
      .deleted('local', 'kept there')
      .moved('local', 'moved', 'x')
      .moved('remote', 'moved', 'y');
    scene.moved('remote', 'cloud twin', 'twin').moved('remote', 'cloud rival', 'rival');
    expect(rules(scene, 'both', 'kept here', 'kept there', 'moved', 'twin', 'rival')).toEqual([
      'both_edited',
      'edit_beats_delete',
      'edit_beats_delete',
      'both_moved',
      'same_on_both',
      'name_taken',
    ]);
  });

  it('names whom an item waits for, and what trades places', () => {
    const scene = new Scene().added('local', 'd/').added('local', 'd/e/').added('local', 'd/e/f');
    expect(rules(scene, 'd/', 'd/e/', 'd/e/f')).toEqual(['new_here', 'waits_for_other 1', 'waits_for_other 1']);
    const swap = new Scene().agreed('a', 'b').moved('local', 'a', 'c').moved('local', 'b', 'a').moved('local', 'a', 'b');
    expect(rules(swap, 'a', 'b')).toEqual(['circle', 'circle']);
  });

  it('of names, of questions, and of what was answered', () => {
    const names = new Scene({ canHold: (name) => name !== 'CON' }).added('remote', 'CON');
    expect(rules(names, 'CON')).toEqual(['name_not_possible']);
    const files = Array.from({ length: 12 }, (_, index) => `f/${index}`);
    const gone = new Scene().agreed('f/', ...files).deleted('local', 'f/');
    expect(rules(gone, 'f/')).toEqual(['mass_deletion']);
    const kept = new Scene({ keep: () => true }).agreed('f').deleted('local', 'f');
    expect(rules(kept, 'f')).toEqual(['kept_by_answer']);
    const keptHere = new Scene({ keep: () => true }).agreed('f').deleted('remote', 'f');
    expect(rules(keptHere, 'f')).toEqual(['kept_by_answer']);
  });

  it('changes nothing about the plan', () => {
    const scene = new Scene()
      .agreed('a', 'b')
      .edited('local', 'a', '1')
      .moved('remote', 'b', 'c')
      .added('local', 'd/')
      .added('local', 'd/e');
    expect(plan(scene.world, scene.world.ids(), scene.policy, new Map())).toEqual(scene.plan());
  });
});
