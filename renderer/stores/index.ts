import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { StoreApi } from 'zustand/vanilla';
import type { Status } from '../../src/contract/index.ts';
import type { Session } from '../api/session.ts';
import type { Desktop } from '../api/transport.ts';
import { type ActivityStore, createActivityStore } from './activity.ts';
import {
  type ConflictsStore,
  type ListStore,
  type QuestionsStore,
  createConflictsStore,
  createIssuesStore,
  createQuestionsStore,
} from './decisions.ts';
import { type DevicesStore, createDevicesStore } from './devices.ts';
import { type FilesStore, createFilesStore } from './files.ts';
import { type PreviewStore, createPreviewStore } from './preview.ts';
import { type RouteStore, createRouteStore } from './route.ts';
import { type SettingsStore, createSettingsStore } from './settings.ts';
import { type SetupStore, createSetupStore } from './setup.ts';
import { type StatusState, createStatusStore } from './status.ts';
import { type UndoStore, createUndoStore } from './undo.ts';
import type { Issue } from '../../src/contract/index.ts';

/** Everything the window knows, and the only way it asks for more. */
export interface Stores {
  readonly session: Session;
  readonly desktop: Desktop | null;
  readonly status: StoreApi<StatusState>;
  readonly settings: SettingsStore;
  readonly setup: SetupStore;
  readonly route: RouteStore;
  readonly activity: ActivityStore;
  readonly today: ActivityStore;
  readonly devices: DevicesStore;
  readonly files: FilesStore;
  readonly issues: ListStore<Issue>;
  readonly conflicts: ConflictsStore;
  readonly questions: QuestionsStore;
  readonly preview: PreviewStore;
  readonly undo: UndoStore;
}

export function createStores(
  session: Session,
  desktop: Desktop | null,
  win: Pick<Window, 'location' | 'history' | 'addEventListener'>,
): Stores {
  return {
    session,
    desktop,
    status: createStatusStore(session),
    settings: createSettingsStore(session),
    setup: createSetupStore(session),
    route: createRouteStore(win),
    activity: createActivityStore(session),
    today: createActivityStore(session),
    devices: createDevicesStore(session),
    files: createFilesStore(session),
    issues: createIssuesStore(session),
    conflicts: createConflictsStore(session),
    questions: createQuestionsStore(session),
    preview: createPreviewStore(session),
    undo: createUndoStore(session),
  };
}

const StoresContext = createContext<Stores | null>(null);
export const StoresProvider = StoresContext.Provider;

export function useStores(): Stores {
  const stores = useContext(StoresContext);
  if (stores === null) throw new Error('a component outside StoresProvider asked for the stores');
  return stores;
}

/** A part of the engine's status; the component is drawn again only when that part changes. */
export const useStatus = <T>(select: (status: Status | null) => T): T => useStore(useStores().status, (state) => select(state.status));
