import { settingKeys, settings } from '../../src/contract/index.ts';

/** Every setting, its default, and whether it is one of this machine or meant to follow the account. */
export function settingReference(): string {
  const rows = settingKeys.map(
    (key) => `| \`${key}\` | ${settings[key].about} | \`${String(settings[key].initial)}\` | ${settings[key].scope} |`,
  );
  return `# Settings\n\nMade from the contract by \`npm run docs\`. \`tidemark settings set KEY VALUE\` changes one.\n\n| key | what | default | scope |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}
