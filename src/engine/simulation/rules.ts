import type { FakeCloud } from '../fakes/cloud/fake-cloud.ts';
import type { Inode } from '../fakes/disk/volume.ts';
import type { SeededRandom } from '../fakes/random.ts';
import { RULES_FILE } from '../ignore/index.ts';
import { EMAIL, ROOT, type SimDevice } from './device.ts';
import { textOf } from './text-of.ts';

/** Some lines over the names in use. @param mark makes the text like no other */
export function rulesText(random: SeededRandom, names: readonly string[], mark: string): string {
  const lines = Array.from({ length: 1 + random.below(3) }, () => {
    const name = random.pick(names);
    return random.pick([
      name,
      `${name}/`,
      `/${name}`,
      `${name}*`,
      `!${name}`,
      '*.txt',
      '!*.txt',
      `${name}/${random.pick(names)}`,
      '**/*.bak',
    ]);
  });
  return [...lines, `# ${mark}`, ''].join(random.pick(['\n', '\r\n']));
}

/** Every rules file on the disk of a device. */
export function rulesFiles(device: SimDevice): readonly string[] {
  const walk = (folder: Inode, path: string): string[] =>
    [...folder.entries.values()].flatMap(({ printable, inode }) => {
      const at = `${path}/${printable}`;
      if (inode.kind === 'folder') return printable === '.tidemark' ? [] : walk(inode, at);
      return printable === RULES_FILE ? [at] : [];
    });
  return walk(device.disk.volume.need(ROOT), ROOT);
}

/** People take all rules away, also those that come to light only now. True when some are left somewhere. */
export function removeRules(devices: readonly SimDevice[], cloud: FakeCloud, dismiss: (texts: readonly string[]) => void): boolean {
  for (const device of devices) {
    for (const path of rulesFiles(device)) {
      const inode = device.disk.volume.find(path);
      device.person.remove(path);
      if (inode !== undefined) dismiss([textOf(inode)]);
    }
  }
  return cloud.nodes(EMAIL).some(({ name, kind }) => name === RULES_FILE && kind === 'file');
}
