import { app, protocol, session } from 'electron';
import { isOwnPage, pageScheme, servePage } from './app-pages.ts';

/** Before the app is ready: the window's own scheme behaves like https. */
export function registerPages(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: pageScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } }]);
}

/** When the app is ready: pages come from `folder` alone, and a page may do nothing but show itself. */
export function lockDown(folder: string): void {
  const own = session.defaultSession;
  own.protocol.handle(pageScheme, (request) => servePage(folder, request));
  own.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  own.setPermissionCheckHandler(() => false);
  own.setDevicePermissionHandler(() => false);
  own.on('will-download', (event) => event.preventDefault());
  // The window has no network at all; the engine does that. (Developer tools have a scheme of their own.)
  own.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !isOwnPage(details.url) && !details.url.startsWith('devtools:') }));
}

/** For every page there will ever be: it stays where it is and opens nothing. */
export function lockContents(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault());
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}
