import type { Command } from 'commander';
import { TidemarkError, isSettingKey } from '../../contract/index.ts';
import { addCommand, addGroup, type Shell } from '../command.ts';
import { devicesText } from '../device-text.ts';
import { plain, table } from '../text.ts';

/** devices, settings. */
export function addDeviceCommands(program: Command, shell: Shell): void {
  const devices = addGroup(program, 'devices', 'The devices of the account');
  addCommand(devices, shell, {
    usage: 'list',
    about: 'List the signed-in devices, where each was last seen, and how far it is with its sync',
    async run(context) {
      const listed = await context.withEngine((engine) => engine.call('devices.list', {}));
      context.answer(listed, devicesText(listed.devices));
    },
  });
  addCommand(devices, shell, {
    usage: 'rename <id> <name>',
    about: 'Give a device another name',
    async run(context, [id = '', name = '']) {
      const device = await context.withEngine((engine) => engine.call('devices.rename', { id, name }));
      context.answer(device, `The device is now called ${plain(device.name)}.`);
    },
  });
  addCommand(devices, shell, {
    usage: 'sign-out <id>',
    about: 'Sign a device out from afar; its files stay on it',
    async run(context, [id = '']) {
      await context.withEngine((engine) => engine.call('devices.signOut', { id }));
      context.answer({ id }, 'The device is signed out; the files on it stay.');
    },
  });

  const settings = addGroup(program, 'settings', 'Settings: of this device, and those that follow the account');
  addCommand(settings, shell, {
    usage: 'list',
    about: 'List all settings',
    async run(context) {
      const listed = await context.withEngine((engine) => engine.call('settings.list', {}));
      const rows = listed.settings.map((row) => [
        row.key,
        String(row.value),
        row.value === row.initial ? '' : `(${String(row.initial)})`,
        row.scope === 'account' ? 'all devices' : 'this device',
        row.about,
      ]);
      context.answer(listed, table(['KEY', 'VALUE', 'DEFAULT', 'HOLDS ON', 'ABOUT'], rows));
    },
  });
  addCommand(settings, shell, {
    usage: 'get <key>',
    about: 'Show one setting',
    async run(context, [key = '']) {
      const { settings: rows } = await context.withEngine((engine) => engine.call('settings.list', {}));
      const row = rows.find((candidate) => candidate.key === key);
      if (row === undefined) throw noSetting(key);
      context.answer(row, String(row.value));
    },
  });
  addCommand(settings, shell, {
    usage: 'set <key> <value>',
    about: 'Change one setting',
    async run(context, [key = '', text = '']) {
      if (!isSettingKey(key)) throw noSetting(key);
      const row = await context.withEngine(async (engine) => {
        const { settings: rows } = await engine.call('settings.list', {});
        const before = rows.find((candidate) => candidate.key === key);
        return engine.call('settings.set', { key, value: valueOf(text, typeof (before?.value ?? '')) });
      });
      context.answer(row, `${row.key} is ${String(row.value)}.`);
    },
  });
}

const noSetting = (key: string): TidemarkError => new TidemarkError('usage', { detail: `there is no setting ${plain(key)}` });

/** The text of an argument as the type that the setting has; what does not fit stays text, and the engine says what is wrong. */
function valueOf(text: string, type: string): string | number | boolean {
  if (type === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
