import { TidemarkError } from '../../contract/index.ts';

/** On their way to the cloud, their answers on the way back, or the answers gone for good. */
type Where = 'there' | 'back' | 'lost';

/** What is held up: changes of the tree, or the blocks that go before them. */
type What = 'commit' | 'store';

/** Between a device and the cloud: while it is shut, one kind of request takes long on one of its two ways. Nothing else is held up. */
export class Gate {
  #shut: Where | undefined;
  #what: What = 'commit';
  readonly #waiting: (() => void)[] = [];

  shut(where: Where, what: What = 'commit'): void {
    this.#shut = where;
    this.#what = what;
  }

  /** What waits goes on. */
  open(): void {
    this.#shut = undefined;
    for (const go of this.#waiting.splice(0)) go();
  }

  get someWait(): boolean {
    return this.#waiting.length > 0;
  }

  async wayThere(method: string): Promise<void> {
    if (this.#shut === 'there' && this.#isHeld(method)) await this.#wait();
  }

  async wayBack(method: string): Promise<void> {
    if (!this.#isHeld(method)) return;
    if (this.#shut === 'back') await this.#wait();
    if (this.#shut === 'lost') throw new TidemarkError('cloud_timeout');
  }

  #isHeld(method: string): boolean {
    return method.split(' ', 1)[0] === this.#what;
  }

  #wait(): Promise<void> {
    return new Promise((go) => {
      this.#waiting.push(go);
    });
  }
}
