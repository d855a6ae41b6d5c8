import { errorCodes, errorKind, errorTexts } from '../../src/contract/index.ts';

/** Every error: what it says, what to do, how the client reacts. */
export function errorReference(): string {
  const rows = errorCodes.map((code) => {
    const { reaction, status, exit } = errorKind(code);
    const { problem, wayOut } = errorTexts.en[code];
    return `| \`${code}\` | ${cell(problem)} | ${cell(wayOut)} | ${reaction} | ${status === undefined ? '' : String(status)} | ${String(exit ?? 1)} |`;
  });
  const head = '| code | problem | way out | reaction | HTTP | exit |\n| --- | --- | --- | --- | --- | --- |';
  return `# Errors\n\nMade from the catalogue (\`src/contract/errors\`) by \`npm run docs\`. \`{…}\` stands for what the error names.\n\n${head}\n${rows.join('\n')}\n`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
