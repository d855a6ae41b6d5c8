import { createStore, type StoreApi } from 'zustand/vanilla';
import { type ErrorData, type MethodName, type ParamsIn, type Status } from '../../src/contract/index.ts';
import type { Session } from '../api/session.ts';

export const setupSteps = ['language', 'cloud', 'account', 'folder', 'done'] as const;
export type SetupStep = (typeof setupSteps)[number];

export interface EmbeddedCloud {
  readonly server: string;
}

export interface SetupState {
  /** True from the first look at an engine without account or folder until the person leaves the last step. */
  readonly running: boolean;
  readonly step: SetupStep;
  readonly embedded: EmbeddedCloud | null;
  readonly cloud: 'embedded' | 'own';
  readonly ownServer: string;
  readonly mode: 'create' | 'sign_in';
  readonly email: string;
  readonly folder: string;
  readonly busy: boolean;
  readonly error: ErrorData | null;
}

export interface SetupStore extends StoreApi<SetupState> {
  /** Begins, or goes on where a person left off: what the engine already has is not asked again. */
  consider(status: Status, languageChosen: boolean): void;
  /** Shows the account step again for someone whose session has ended. */
  signInAgain(status: Status): void;
  change(change: Partial<Pick<SetupState, 'cloud' | 'ownServer' | 'mode' | 'email' | 'folder'>>): void;
  go(step: SetupStep): void;
  submitAccount(password: string): Promise<void>;
  submitFolder(): Promise<void>;
  finish(): void;
}

/** The first thing that is still missing. */
export function firstMissing(status: Pick<Status, 'account' | 'folder'>, languageChosen: boolean): SetupStep | null {
  if (status.account === null) return languageChosen ? 'cloud' : 'language';
  return status.folder === null ? 'folder' : null;
}

/** True for an address that a cloud can have. */
export function isServerAddress(text: string): boolean {
  const url = parse(text.trim());
  return url !== null && /^https?:$/.test(url.protocol) && url.hostname !== '';
}

// URL.parse would do, but not before Chromium 126.
function parse(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** The address without what people paste along: query, fragment, slashes at the end. */
export function serverOf(text: string): string {
  const url = parse(text.trim());
  return url === null ? text.trim() : `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

const initial: SetupState = {
  running: false,
  step: 'language',
  embedded: null,
  cloud: 'embedded',
  ownServer: '',
  mode: 'create',
  email: '',
  folder: '',
  busy: false,
  error: null,
};

export function createSetupStore(session: Session): SetupStore {
  const store = createStore<SetupState>(() => initial);

  async function attempt<M extends MethodName>(method: M, params: ParamsIn<M>): Promise<boolean> {
    if (store.getState().busy) return false;
    store.setState({ busy: true, error: null });
    const answer = await session.ask(method, params);
    store.setState({ busy: false, error: answer.ok ? null : answer.error });
    return answer.ok;
  }

  session.onConnected(() => {
    void session.ask('host.info', {}).then((answer) => {
      const embedded = answer.ok ? answer.value.embeddedCloud : null;
      store.setState(({ cloud }) => ({ embedded, cloud: embedded === null ? 'own' : cloud }));
    });
  });

  return Object.assign(store, {
    consider(status: Status, languageChosen: boolean) {
      if (store.getState().running || status.state === 'starting') return;
      const step = firstMissing(status, languageChosen);
      if (step !== null) store.setState({ running: true, step, error: null });
    },
    signInAgain(status: Status) {
      const { embedded } = store.getState();
      const server = status.account?.server ?? '';
      const local = embedded !== null && serverOf(server) === serverOf(embedded.server);
      store.setState({
        running: true,
        step: 'account',
        mode: 'sign_in',
        email: status.account?.label ?? '',
        cloud: local ? 'embedded' : 'own',
        ownServer: local ? '' : server,
        error: null,
      });
    },
    change: (change: Partial<SetupState>) => store.setState({ ...change, error: null }),
    go: (step: SetupStep) => store.setState({ step, error: null }),
    async submitAccount(password: string) {
      const { embedded, cloud, ownServer, mode, email } = store.getState();
      const local = cloud === 'embedded' ? embedded : null;
      const server = local === null ? serverOf(ownServer) : local.server;
      const done =
        mode === 'create'
          ? await attempt('account.signUp', { server, email, password })
          : await attempt('account.signIn', { server, email, password });
      if (!done) return;
      const folders = await session.ask('folder.list', {});
      const first = folders.ok ? folders.value.folders[0] : undefined;
      store.setState(first === undefined ? { step: 'folder' } : { step: 'done', folder: first.path });
    },
    async submitFolder() {
      if (await attempt('folder.add', { path: store.getState().folder.trim() })) store.setState({ step: 'done' });
    },
    finish: () => store.setState({ ...initial, embedded: store.getState().embedded }),
  });
}
