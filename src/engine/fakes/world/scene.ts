import { MASS_DELETE_LIMITS, type Operation, type Place, plan, type Plan, type Policy, type RemoteStep } from '../../plan/index.ts';
import { type NodeId, ROOT_ID } from '../../model/index.ts';
import { AbstractWorld } from './abstract-world.ts';

type Side = 'local' | 'remote';

const POLICY: Policy = {
  deviceName: 'Desk',
  day: '2026-03-01',
  caseSensitive: true,
  canHold: () => true,
  busy: () => false,
  deleteApproved: () => false,
  keep: () => false,
  massDelete: MASS_DELETE_LIMITS,
  deletedLately: () => ({ items: 0, gone: 0 }),
};

/**
 * Three trees set up by path, and plans told in words. A path names the item that was put there first, also after it was
 * moved; `docs/` is a folder, `docs/a.txt` a file that holds its own path unless told otherwise.
 */
export class Scene {
  readonly world = new AbstractWorld();
  readonly #ids = new Map<string, NodeId>();
  readonly policy: Policy;

  constructor(policy: Partial<Policy> = {}) {
    this.policy = { ...POLICY, ...policy };
  }

  id(path: string): NodeId {
    const id = path === '' ? ROOT_ID : this.#ids.get(path.replace(/\/$/u, ''));
    if (id === undefined) throw new Error(`there is no ${path}`);
    return id;
  }

  /** On both sides, and agreed on. */
  agreed(...paths: readonly string[]): this {
    for (const path of paths) {
      const id = this.#named(path, 'again');
      this.#put('remote', id, path, path);
      this.#put('local', id, path, path);
      this.world.settle(id);
    }
    return this;
  }

  /**
   * On one side only, never synced. Null content is one that was not read yet. Where the path is known already, the new
   * item is called `path (local)` or `path (remote)`.
   */
  added(side: Side, path: string, content: string | null = path): this {
    this.#put(side, this.#named(path, side), path, content);
    return this;
  }

  edited(side: Side, path: string, content: string): this {
    const node = this.world[side].get(this.id(path));
    if (node?.kind !== 'file') throw new Error(`${path} is no file`);
    if (side === 'remote') this.world.putRemote(node.id, node, 'file', content);
    else this.world.putLocal(node.id, node, 'file', content);
    return this;
  }

  /** Written to here and not read since; it will turn out to hold this. */
  touched(path: string, content: string): this {
    const node = this.world.local.get(this.id(path));
    if (node === undefined) throw new Error(`${path} is not here`);
    this.world.putLocal(node.id, node, 'file', null);
    this.world.unread.set(node.id, content);
    return this;
  }

  /** The person may pass through what is impossible in one step (a swap), so nothing is checked here. */
  moved(side: Side, path: string, to: string): this {
    this.world.move(side, this.id(path), this.#place(to));
    return this;
  }

  deleted(side: Side, ...paths: readonly string[]): this {
    for (const path of paths) this.world.remove(side, this.id(path));
    return this;
  }

  plan(policy: Partial<Policy> = {}, dirty?: readonly string[]): Plan {
    const ids = dirty === undefined ? this.world.ids() : dirty.map((path) => this.id(path));
    return plan(this.world, ids, { ...this.policy, ...policy });
  }

  /** The operations of the next plan in words, sorted. */
  next(policy: Partial<Policy> = {}, dirty?: readonly string[]): readonly string[] {
    return this.plan(policy, dirty)
      .operations.map((operation) => this.words(operation))
      .sort();
  }

  /** Plans and runs until a plan is empty; answers the rounds. */
  run(policy: Partial<Policy> = {}): readonly (readonly string[])[] {
    const rounds: string[][] = [];
    while (rounds.length < 50) {
      const { operations } = this.plan(policy);
      if (operations.length === 0) return rounds;
      rounds.push(operations.map((operation) => this.words(operation)).sort());
      for (const operation of operations) this.world.apply(operation);
    }
    throw new Error(`not settled:\n${rounds.map((round) => round.join(', ')).join('\n')}`);
  }

  /** `path: content`, sorted; folders end in a slash. */
  tree(side: Side): readonly string[] {
    return [...this.world.listing(side)]
      .map(([path, content]) => (content === '' || content === path ? path : `${path}: ${content}`))
      .sort();
  }

  words(operation: Operation): string {
    const name = `${operation.op} ${this.label(operation.id)}`;
    switch (operation.op) {
      case 'move_local':
      case 'move_remote':
        return `${name} to ${this.#words(operation.to)}`;
      case 'rename_aside':
        return `${name} as ${operation.name}`;
      case 'adopt':
        return `${name} as ${this.label(operation.remoteId)}`;
      case 'delete_local':
      case 'delete_remote':
        return operation.items === 1 ? name : `${name} (${operation.items})`;
      case 'rearrange_remote':
        return `${operation.op}: ${operation.steps.map((step) => this.#step(step)).join(', ')}`;
      default:
        return name;
    }
  }

  /** The path an item was first put at; one that came later is shown by its name. */
  label(id: NodeId): string {
    if (id === ROOT_ID) return '';
    for (const [path, known] of this.#ids) if (known === id) return path;
    return `~${this.world.local.get(id)?.name ?? this.world.remote.get(id)?.name ?? id}`;
  }

  #step(step: RemoteStep): string {
    return step.step === 'delete' ? `delete ${this.label(step.id)}` : `${step.step} ${this.label(step.id)} to ${this.#words(step.to)}`;
  }

  #words({ parentId, name }: Place): string {
    const folder = this.label(parentId);
    return folder === '' ? name : `${folder}/${name}`;
  }

  #place(path: string): Place {
    const slash = path.lastIndexOf('/');
    return { parentId: this.id(slash < 0 ? '' : path.slice(0, slash)), name: path.slice(slash + 1) };
  }

  #put(side: Side, id: NodeId, path: string, content: string | null): void {
    const kind = path.endsWith('/') ? 'folder' : 'file';
    const place = this.#place(path.replace(/\/$/u, ''));
    if (side === 'remote') this.world.putRemote(id, place, kind, content ?? '');
    else this.world.putLocal(id, place, kind, content);
  }

  #named(path: string, otherwise: string): NodeId {
    const plain = path.replace(/\/$/u, '');
    const id = this.world.nextId();
    this.#ids.set(this.#ids.has(plain) ? `${plain} (${otherwise})` : plain, id);
    return id;
  }
}
