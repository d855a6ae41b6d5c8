import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Between one device and the cloud: passes everything on and knows what was asked. */
export interface CountingProxy {
  readonly url: string;
  /** Requests so far by what they are for, `POST /v1/drive/commit` for instance. */
  readonly counts: ReadonlyMap<string, number>;
  /** Resolves with `performance.now()` of the next request that sends a change. */
  nextChange(): Promise<number>;
  close(): void;
}

/** @param isChange whether a request, as counted, sends something to the cloud */
export async function startCountingProxy(target: string, isChange: (what: string) => boolean): Promise<CountingProxy> {
  const counts = new Map<string, number>();
  const agent = new Agent({ keepAlive: true });
  let waiting: ((at: number) => void)[] = [];
  const server = createServer((asked, answer) => {
    const what = `${asked.method} ${(asked.url ?? '').replace(/\?.*/, '').replaceAll(/[0-9a-f]{32}/g, ':id')}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
    if (isChange(what)) {
      for (const tell of waiting) tell(performance.now());
      waiting = [];
    }
    const onward = request(`${target}${asked.url}`, { method: asked.method, headers: asked.headers, agent });
    onward.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    asked.pipe(onward);
  });
  server.requestTimeout = 0;
  // Closing an idle connection just when it is used again would be a fault of the proxy's making.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    nextChange: () => new Promise((resolve) => waiting.push(resolve)),
    close() {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}
