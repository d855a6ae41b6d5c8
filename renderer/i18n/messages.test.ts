import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import { locales } from '../../src/contract/index.ts';
import { messages } from './index.ts';

type Tree = { readonly [key: string]: string | Tree };

function flat(tree: Tree, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') found.set(prefix + key, value);
    else for (const [inner, text] of flat(value, `${prefix}${key}.`)) found.set(inner, text);
  }
  return found;
}

type Part = {
  readonly value?: string;
  readonly type: number;
  readonly options?: Readonly<Record<string, { readonly value: readonly Part[] }>>;
};

/** Names of the arguments of a pattern, with the kind of each: 1 text, 2 number, 5 select, 6 plural (formatjs). */
function argumentsOf(pattern: string, locale: string): string[] {
  const names = new Set<string>();
  const walk = (parts: readonly Part[]): void => {
    for (const { type, value, options } of parts) {
      if (value !== undefined && type !== 0 && type !== 7) names.add(value);
      for (const option of Object.values(options ?? {})) walk(option.value);
    }
  };
  walk(new IntlMessageFormat(pattern, locale).getAst());
  return [...names].sort();
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ['testing', 'styles'].includes(entry.name) ? [] : sources(path);
    return /\.tsx?$/.test(entry.name) && !/\.test\.|messages\./.test(entry.name) ? [readFileSync(path, 'utf8')] : [];
  });
}

const english = flat(messages.en);

describe('messages', () => {
  it.each(locales)('have the same keys in %s, none of them empty', (locale) => {
    const own = flat(messages[locale]);
    expect([...own.keys()].sort()).toEqual([...english.keys()].sort());
    expect([...own].filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  it.each(locales)('are valid ICU patterns with the same arguments in %s', (locale) => {
    const own = flat(messages[locale]);
    for (const [key, text] of english) {
      expect({ key, names: argumentsOf(own.get(key) ?? '', locale) }).toEqual({ key, names: argumentsOf(text, 'en') });
    }
  });

  it.each(['zh-Hans', 'zh-Hant'] as const)('are written in %s, not left in English', (locale) => {
    const same = [...flat(messages[locale])].filter(
      ([key, text]) => text === english.get(key) && /[a-z]{3}/.test(text.replace(/\{[^}]*\}/g, '')),
    );
    expect(same.map(([key]) => key)).toEqual(['app.name']);
  });

  it('do not mix the two scripts', () => {
    // Common characters that exist in one of the scripts only.
    const simplifiedOnly = /[这为们时请档设云选删动类还没错误连接]/;
    const traditionalOnly = /[這為們時請檔設雲選刪動類還沒錯誤連接]/;
    const shared = /[没接]/g;
    expect(
      [...flat(messages['zh-Hant']).values()].filter(
        (text) => simplifiedOnly.test(text.replace(shared, '')) && !traditionalOnly.test(text.replace(shared, '')),
      ),
    ).toEqual([]);
    expect(
      [...flat(messages['zh-Hans']).values()].filter(
        (text) => traditionalOnly.test(text.replace(/[接沒]/g, '')) && !simplifiedOnly.test(text.replace(/[接]/g, '')),
      ),
    ).toEqual([]);
  });

  it('are all used, and all that is used exists', () => {
    const code = sources(join(import.meta.dirname, '..')).join('\n');
    const literal = new Set([...code.matchAll(/['`]([a-z]+(?:\.[a-zA-Z_]+)+)['`]/g)].map(([, key]) => key));
    // t(`files.state.${state}`) stands for everything below `files.state.`
    const prefixes = [...code.matchAll(/`([a-z]+(?:\.[a-zA-Z_]+)*\.)\$\{/g)].map(([, prefix]) => prefix ?? '');
    const unused = [...english.keys()].filter(
      (key) => !literal.has(key) && !prefixes.some((prefix) => key.startsWith(prefix) && !key.slice(prefix.length).includes('.')),
    );
    expect(unused).toEqual([]);
    const asked = [...code.matchAll(/\bt\(\s*['`]([a-zA-Z_.]+)['`]/g)].map(([, key]) => key ?? '');
    expect(asked.length).toBeGreaterThan(60);
    expect(asked.filter((key) => !english.has(key))).toEqual([]);
  });
});
