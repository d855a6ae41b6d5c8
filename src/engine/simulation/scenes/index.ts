import { SCENES_EVERY } from '../habits.ts';
import { choosing } from './choosing.ts';
import { clearedOut } from './cleared-out.ts';
import { crossing } from './crossing.ts';
import { halfMoved } from './half-moved.ts';
import { heldUp } from './held-up.ts';
import { hiding } from './hiding.ts';
import { inTheWay } from './in-the-way.ts';
import { inTrouble } from './in-trouble.ts';
import { leftOut } from './left-out.ts';
import { listingAnew } from './listing-anew.ts';
import { madeTwice } from './made-twice.ts';
import { movingAway } from './moving-away.ts';
import { oneThing } from './one-thing.ts';
import { overtaken } from './overtaken.ts';
import { puttingBack } from './putting-back.ts';
import { relay } from './relay.ts';
import { secondThought } from './second-thought.ts';
import { Stage, type StageParts } from './stage.ts';
import { takenBack } from './taken-back.ts';
import { undoing } from './undoing.ts';
import { unmounting } from './unmounting.ts';
import { updating } from './updating.ts';

const SCENES = {
  oneThing,
  relay,
  crossing,
  inTheWay,
  undoing,
  choosing,
  unmounting,
  updating,
  listingAnew,
  movingAway,
  inTrouble,
  leftOut,
  halfMoved,
  clearedOut,
  overtaken,
  puttingBack,
  madeTwice,
  secondThought,
  takenBack,
  heldUp,
  hiding,
};
export type SceneName = keyof typeof SCENES;
const NAMES = Object.keys(SCENES) as SceneName[];

/** Half of the scenes of a history are of one kind, by its seed. */
const favouriteOf = (seed: number): SceneName => NAMES[Math.floor(seed / SCENES_EVERY) % NAMES.length] ?? 'oneThing';

/** Seeds of histories with scenes, most of them of that kind, smallest first. */
export function seedOfScene(name: SceneName, count: number): number {
  return SCENES_EVERY * (NAMES.indexOf(name) + NAMES.length * (count + 1));
}

/** Short plots in the middle of a history. */
export class Scenes {
  readonly #parts: StageParts;

  constructor(parts: StageParts) {
    this.#parts = parts;
  }

  async play(): Promise<void> {
    const { random, seed } = this.#parts;
    const name = random.next() < 0.5 ? favouriteOf(seed) : random.pick(NAMES);
    const stage = new Stage(this.#parts);
    stage.note(name);
    await SCENES[name](stage);
    stage.tidyUp();
    stage.storm();
    stage.note(`${name} is over`);
  }
}
