import { rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { TidemarkError } from '../contract/index.ts';
import type { Port } from '../rpc/index.ts';
import { type Profile, chooseSocketPath, readEndpoint, removeEndpoint, restrictSocket, writeEndpoint } from './profile.ts';
import { socketPort } from './socket-port.ts';

/** How long a listener may take to accept; it is on this machine. */
const CONNECT_MS = 5000;

/** A port to the engine that runs on this profile, or undefined when none answers. */
export async function connectLocal(profile: Profile): Promise<Port | undefined> {
  const endpoint = await readEndpoint(profile);
  if (endpoint === undefined) return undefined;
  return new Promise((resolve) => {
    const socket = connect(endpoint.path);
    const give = (port: Port | undefined): void => {
      clearTimeout(timer);
      resolve(port);
    };
    const timer = setTimeout(() => {
      socket.destroy();
      give(undefined);
    }, CONNECT_MS);
    socket.once('error', () => give(undefined));
    socket.once('connect', () => give(socketPort(socket)));
  });
}

export interface LocalListener {
  readonly path: string;
  /** Takes no more clients and removes the address; those connected stay. */
  close(): Promise<void>;
}

/** Listens for commands of this user. The profile's lock must be held: then a socket left behind is nobody's. */
export async function listenLocal(profile: Profile, onPort: (port: Port) => void): Promise<LocalListener> {
  const path = await chooseSocketPath(profile);
  if (process.platform !== 'win32') await rm(path, { force: true });
  const server: Server = createServer((socket) => onPort(socketPort(socket)));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(new TidemarkError('profile_not_writable', { path: profile.dir }, { cause })));
    server.listen(path, resolve);
  });
  await restrictSocket(path);
  await writeEndpoint(profile, { path, pid: process.pid });
  return {
    path,
    async close() {
      // Node unlinks the socket itself. Closing ends when the last client has gone, which is not waited for.
      server.close();
      await removeEndpoint(profile);
    },
  };
}
