import './platform.ts';
import './styles/index.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { openSession } from './api/session.ts';
import { openTransport } from './api/open.ts';
import { App } from './app.tsx';
import { followAppearance } from './appearance.ts';
import { startI18n } from './i18n/index.ts';
import { matchLocale } from '../src/contract/index.ts';
import { StoresProvider, createStores } from './stores/index.ts';

// First of all, because it takes the single-use code out of the address.
const { transport, desktop } = openTransport(window);
const i18n = await startI18n(matchLocale(navigator.languages));
const stores = createStores(openSession(transport), desktop, window);
followAppearance(stores.settings, i18n, window);

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');
createRoot(root).render(
  <StrictMode>
    <StoresProvider value={stores}>
      <App />
    </StoresProvider>
  </StrictMode>,
);
