import { type WindowPlace, windowPlaces } from '../../src/contract/index.ts';
import { createStore, type StoreApi } from 'zustand/vanilla';

export const places = windowPlaces;
export type Place = WindowPlace;

export interface RouteStore extends StoreApi<{ readonly place: Place }> {
  go(place: Place): void;
}

export const placeOf = (fragment: string): Place => places.find((place) => fragment === `#/${place}`) ?? 'overview';

/** The place inside the window; back and forward work in a browser. */
export function createRouteStore(win: Pick<Window, 'location' | 'history' | 'addEventListener'>): RouteStore {
  const store = createStore<{ place: Place }>(() => ({ place: placeOf(win.location.hash) }));
  win.addEventListener('popstate', () => store.setState({ place: placeOf(win.location.hash) }));
  return Object.assign(store, {
    go(place: Place) {
      if (place === store.getState().place) return;
      win.history.pushState(null, '', `#/${place}`);
      store.setState({ place });
    },
  });
}
