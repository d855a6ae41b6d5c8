import { TidemarkError } from '../../contract/index.ts';

/** On their way to the cloud, their answers on the way back, or the answers gone for good. */
type Where = 'there' | 'back' | 'lost';

/** Between a device and the cloud: while it is shut, commits take long on one of their two ways. Nothing else is held up. */
export class Gate {
  #shut: Where | undefined;
  readonly #waiting: (() => void)[] = [];

  shut(where: Where): void {
    this.#shut = where;
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
    if (this.#shut === 'there' && isCommit(method)) await this.#wait();
  }

  async wayBack(method: string): Promise<void> {
    if (!isCommit(method)) return;
    if (this.#shut === 'back') await this.#wait();
    if (this.#shut === 'lost') throw new TidemarkError('cloud_timeout');
  }

  #wait(): Promise<void> {
    return new Promise((go) => {
      this.#waiting.push(go);
    });
  }
}

const isCommit = (method: string): boolean => method.startsWith('commit ');
