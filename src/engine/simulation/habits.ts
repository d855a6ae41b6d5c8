/** What people do in some histories only, by the seed: so that those that were kept stay what they are. */
export interface Habits {
  /** They write ignore rules. */
  readonly rules: boolean;
  /** They undo in the app, and choose which folders are kept where. */
  readonly app: boolean;
  /** The cloud is put back to a backup more than once. */
  readonly restores: boolean;
  /** The power goes just as something is put in its place. */
  readonly blackouts: boolean;
  /** A program saves all that it has open just as something is moved. */
  readonly savesAll: boolean;
  /** Now and then all are away for less time than a trash is kept. */
  readonly holidays: boolean;
  /** Now and then somebody deletes all there is. */
  readonly clearsOut: boolean;
  /** The system takes its time to write down the names that people give: a power cut may take the latest of them. */
  readonly lateNames: boolean;
  /** Now and then the disk tells of an entry of a folder no more than its name. */
  readonly blindEntries: boolean;
  /** A backup is put back with its history, as the files of a server are: some cursors are older than it, and mean something. */
  readonly filesRestored: boolean;
  /** A folder that may not be read, a volume that is away and a full cloud stay so while other things happen. */
  readonly lingering: boolean;
  /** What happens is often a scene: few things, and the fault just where it matters. */
  readonly scenes: boolean;
}

/** Every so many seeds; no kept one is among them. */
export const SCENES_EVERY = 17;

/** Histories up to here were kept before names could be late. */
const LAST_WITH_NAMES_AT_ONCE = 500_000;

/** Histories up to here were kept before an entry could be out of reach, or the history of a cloud be put back with it. */
const LAST_WITH_ENTRIES_IN_REACH = 607_000;

/** Histories up to here were kept before misfortunes could linger. */
const LAST_WITH_SHORT_MISFORTUNES = 660_000;

/** Seeds of histories whose names are written down late, smallest first. */
export const seedOfLateNames = (count: number): number => LAST_WITH_NAMES_AT_ONCE + 1 + 4 * count;

export const habitsOf = (seed: number): Habits => ({
  // A rule has its say in how a scene ends.
  rules: seed % 3 === 0 && seed % SCENES_EVERY !== 0,
  app: seed % 13 === 6,
  restores: seed % 13 === 10,
  blackouts: seed % 13 === 6 || seed % 12 === 0,
  savesAll: seed % 13 === 10 || seed % 12 === 0,
  holidays: seed % 13 === 6 || seed % 12 === 0,
  clearsOut: seed % 12 === 0,
  // In a scene all have what was meant.
  lateNames: seed > LAST_WITH_NAMES_AT_ONCE && seed % 4 === 1 && seed % SCENES_EVERY !== 0,
  blindEntries: seed > LAST_WITH_ENTRIES_IN_REACH && seed % 3 === 1 && seed % SCENES_EVERY !== 0,
  filesRestored: seed > LAST_WITH_ENTRIES_IN_REACH && seed % 2 === 0,
  lingering: seed > LAST_WITH_SHORT_MISFORTUNES && seed % 5 === 2 && seed % SCENES_EVERY !== 0,
  scenes: seed % SCENES_EVERY === 0,
});
