import { settingKeys, settings } from '../../src/contract/index.ts';

/** Every setting and its default. */
export function settingReference(): string {
  const rows = settingKeys.map((key) => `| \`${key}\` | ${settings[key].about} | \`${String(settings[key].initial)}\` |`);
  return `# Settings\n\nMade from the contract by \`npm run docs\`. \`tidemark settings set KEY VALUE\` changes one; \`tidemark settings list\` says which hold on all devices of the account.\n\n| key | what | default |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}
