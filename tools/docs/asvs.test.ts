import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../lib/paths.ts';

/** OWASP ASVS 5.0.0, levels 1 and 2 of the chapters on authentication, sessions and authorization. */
const REQUIREMENTS = `
  6.1.1 6.1.2 6.1.3 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.2.9 6.2.10 6.2.11 6.2.12 6.3.1 6.3.2 6.3.3 6.3.4 6.4.1 6.4.2 6.4.3
  6.4.4 6.5.1 6.5.2 6.5.3 6.5.4 6.5.5 6.6.1 6.6.2 6.6.3 6.8.1 6.8.2 6.8.3 6.8.4
  7.1.1 7.1.2 7.1.3 7.2.1 7.2.2 7.2.3 7.2.4 7.3.1 7.3.2 7.4.1 7.4.2 7.4.3 7.4.4 7.4.5 7.5.1 7.5.2 7.6.1 7.6.2
  8.1.1 8.1.2 8.2.1 8.2.2 8.2.3 8.3.1 8.4.1
`.match(/\S+/g);

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');
/** `- **6.2.1** …`, with the lines that follow it. */
const entries = new Map(
  read('docs/asvs.md')
    .split(/^- \*\*/mu)
    .slice(1)
    .map((text) => {
      const [number = '', rest = ''] = text.split('** ', 2);
      return [number, rest.replaceAll(/\s+/gu, ' ')] as const;
    }),
);

describe('docs/asvs.md', () => {
  it('has each requirement once, in their order', () => {
    expect([...entries.keys()]).toEqual(REQUIREMENTS);
  });

  it.each([...entries])('%s names a test that there is, a page, or why it does not apply', (_, text) => {
    const tests = [...text.matchAll(/`([\w/.-]+\.(?:test|spec)\.tsx?)` “([^”]+)”/gu)];
    for (const [, file = '', name = ''] of tests) {
      expect(existsSync(join(projectRoot, file)), file).toBe(true);
      expect(read(file).replaceAll(/\s+/gu, ' '), `${file} has no such test`).toContain(name);
    }
    const pages = [...text.matchAll(/\]\(([\w/.-]+\.md)(?:#([\w-]+))?\)/gu)];
    for (const [, page = '', heading] of pages) {
      const headings = [...read(join('docs', page)).matchAll(/^#+ (.+)$/gmu)].map(([, title = '']) =>
        title
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
          .replaceAll(' ', '-'),
      );
      if (heading !== undefined) expect(headings).toContain(heading);
    }
    const says = /(?:Does not apply|Differs): \S/u.test(text);
    expect(tests.length + pages.length + (says ? 1 : 0)).toBeGreaterThan(0);
  });
});
