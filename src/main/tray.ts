import { join } from 'node:path';
import { Menu, type MenuItemConstructorOptions, Tray, nativeImage } from 'electron';
import type { EngineState } from '../contract/index.ts';
import type { TrayAction, TrayEntry, TrayView } from './tray-view.ts';

/** Draws a view; knows nothing of what it means. */
export class TrayIcon {
  readonly #tray: Tray;
  readonly #pictures: string;
  readonly #act: (action: TrayAction) => void;
  #shown = '';

  constructor(pictures: string, view: TrayView, act: (action: TrayAction) => void) {
    this.#pictures = pictures;
    this.#act = act;
    this.#tray = new Tray(this.#picture(view.icon));
    this.#tray.on('click', () => act({ type: 'open', place: 'overview' }));
    this.show(view);
  }

  /** Draws again only what differs: a menu that is replaced closes under the pointer. */
  show(view: TrayView): void {
    const text = JSON.stringify(view);
    if (text === this.#shown) return;
    this.#shown = text;
    this.#tray.setImage(this.#picture(view.icon));
    this.#tray.setToolTip(view.tooltip);
    this.#tray.setContextMenu(Menu.buildFromTemplate(view.menu.map((entry) => this.#item(entry))));
  }

  remove(): void {
    this.#tray.destroy();
  }

  #picture(icon: EngineState): Electron.NativeImage {
    // The larger one beside it (`@2x`) is found by its name.
    return nativeImage.createFromPath(join(this.#pictures, `${icon}.png`));
  }

  #item(entry: TrayEntry): MenuItemConstructorOptions {
    switch (entry.kind) {
      case 'separator':
        return { type: 'separator' };
      case 'text':
        return { label: plain(entry.label), enabled: false };
      case 'action':
        return { label: plain(entry.label), click: () => this.#act(entry.action) };
      case 'menu':
        return { label: plain(entry.label), submenu: entry.entries.map((child) => this.#item(child)) };
    }
  }
}

/** A single `&` would underline the next letter instead of being shown. */
const plain = (label: string): string => label.replaceAll('&', '&&');
