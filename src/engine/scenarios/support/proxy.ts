import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net';
import type { SeededRandom } from '../../fakes/index.ts';

/** What may become of a connection. */
export type Weather =
  | 'calm'
  | 'cut' // ends after some bytes of either direction, in order or by a reset
  | 'lost_answer' // the request goes through, its answer does not
  | 'silent' // taken, and never a word said
  | 'slow' // pieces come late
  | 'refused' // ended at once
  | 'stormy'; // any of these, by chance

const STORM: readonly Weather[] = ['calm', 'cut', 'cut', 'lost_answer', 'slow', 'refused'];

/** A stretch of line on loopback between devices and their cloud, on which a seed decides what goes wrong. */
export class Proxy implements AsyncDisposable {
  readonly #random: SeededRandom;
  readonly #target: number;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket | undefined]>();
  #weather: Weather = 'calm';
  /** Connections taken, and those that a fault ended. */
  connections = 0;
  faults = 0;

  private constructor(target: URL, random: SeededRandom) {
    this.#random = random;
    this.#target = Number(target.port);
    this.#server = createServer({ allowHalfOpen: false }, (client) => {
      this.#take(client);
    });
  }

  static async start(target: string, random: SeededRandom): Promise<Proxy> {
    const proxy = new Proxy(new URL(target), random);
    await proxy.#listen(0);
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async #listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Holds for connections from now on; what is open stays as it is. */
  set weather(weather: Weather) {
    this.#weather = weather;
  }

  /** Ends all that is open, as when a router restarts. */
  cutAll(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket?.resetAndDestroy();
  }

  /** What is open stays open and carries nothing any more: neither side hears of it, as after a sleep. */
  forgetAll(): void {
    for (const pair of this.#pairs) {
      for (const socket of pair) {
        socket?.unpipe();
        socket?.removeAllListeners('data');
        socket?.pause();
      }
    }
  }

  #take(client: Socket): void {
    this.connections += 1;
    const weather = this.#weather === 'stormy' ? this.#random.pick(STORM) : this.#weather;
    const quiet = (): void => undefined;
    client.on('error', quiet);
    if (weather === 'refused') {
      this.faults += 1;
      client.resetAndDestroy();
      return;
    }
    const upstream = weather === 'silent' ? undefined : createConnection(this.#target, '127.0.0.1');
    const pair = [client, upstream] as const;
    this.#pairs.add(pair);
    const end = (): void => {
      this.#pairs.delete(pair);
      client.destroy();
      upstream?.destroy();
    };
    client.once('close', end);
    if (upstream === undefined) {
      this.faults += 1;
      client.resume();
      return;
    }
    upstream.on('error', quiet);
    upstream.once('close', end);
    this.#join(client, upstream, weather);
  }

  #join(client: Socket, upstream: Socket, weather: Weather): void {
    const random = this.#random.fork();
    const fault = (byReset: boolean): void => {
      this.faults += 1;
      if (byReset) for (const socket of [client, upstream]) socket.resetAndDestroy();
      else for (const socket of [client, upstream]) socket.destroy();
    };
    const carry = (from: Socket, to: Socket, limit: number): void => {
      let carried = 0;
      from.on('data', (piece: Buffer) => {
        const rest = limit - carried;
        carried += piece.length;
        if (rest <= piece.length) {
          // The last bytes go out before the end of the line.
          const byReset = random.next() < 0.5;
          if (rest > 0) to.write(piece.subarray(0, rest), () => fault(byReset));
          else fault(byReset);
          from.pause();
          return;
        }
        if (weather !== 'slow') {
          if (!to.write(piece)) {
            from.pause();
            to.once('drain', () => from.resume());
          }
          return;
        }
        from.pause();
        setTimeout(() => {
          if (!to.destroyed) to.write(piece);
          from.resume();
        }, random.below(30));
      });
    };
    const within = (bytes: number): number => 1 + Math.floor(bytes ** random.next());
    const cut = weather === 'cut';
    const upIsCut = cut && random.next() < 0.5;
    carry(client, upstream, upIsCut ? within(2_000_000) : Number.POSITIVE_INFINITY);
    if (weather === 'lost_answer') this.#loseAnswer(client, upstream, random.below(4), fault);
    else carry(upstream, client, cut && !upIsCut ? within(500_000) : Number.POSITIVE_INFINITY);
  }

  /** Carries some answers, then ends the line when the next one begins. */
  #loseAnswer(client: Socket, upstream: Socket, answers: number, fault: (byReset: boolean) => void): void {
    let asked = false;
    let seen = 0;
    client.on('data', () => (asked = true));
    upstream.on('data', (piece: Buffer) => {
      if (asked) seen += 1;
      asked = false;
      if (seen > answers) fault(false);
      else client.write(piece);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cutAll();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}
