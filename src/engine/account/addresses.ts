import spelling from '@zootools/email-spell-checker';
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { type CodeAddress, email, type ReadAddress, type Region, TidemarkError } from '../../contract/index.ts';

/** Large providers that the library does not list: it would take their domains for typos of others, or not suggest them. */
const MORE_DOMAINS = `
  hotmail.com hotmail.co.uk hotmail.de hotmail.fr hotmail.it hotmail.es outlook.com outlook.de outlook.fr live.com live.cn mail.com mail.ru
  yahoo.com yahoo.co.uk yahoo.de yahoo.fr yahoo.co.jp yahoo.com.tw gmx.de gmx.net gmx.at gmx.ch t-online.de mac.com fastmail.com
  fastmail.fm foxmail.com 163.com 126.com 139.com 189.cn yeah.net sina.com sina.cn sohu.com aliyun.com naver.com
`.match(/\S+/g);
const DOMAINS = [...new Set([...spelling.POPULAR_DOMAINS, ...(MORE_DOMAINS ?? [])])];
const KNOWN: ReadonlySet<string> = new Set(DOMAINS);

/**
 * What a person typed as an e-mail address, and the one they may have meant: where the domain is a typo away from one that
 * very many people have. A domain that is merely rare is left alone. Throws `email_invalid`.
 */
export function readEmail(text: string): ReadAddress {
  const read = email.safeParse(text);
  if (!read.success) throw new TidemarkError('email_invalid', { email: text });
  const meant = spelling.run({ email: read.data, domains: DOMAINS });
  const suggestion = meant !== undefined && KNOWN.has(meant.domain) && meant.full !== read.data ? meant.full : null;
  return { to: { kind: 'email', email: read.data }, shown: read.data, suggestion, delivery: 'usual' };
}

/** Where a cloud sends text messages to. */
export interface Reach {
  readonly region: Region;
  /** Two letters of ISO 3166-1 each; null: no country is left out. */
  readonly countries: readonly string[] | null;
}

/**
 * What a person typed as a phone number: in any usual spelling, with the country code, or as it is dialled at home.
 * @param home the country that is meant where the number names none, two letters of ISO 3166-1
 * Throws `phone_invalid`; `phone_not_served` where no message goes to.
 */
export function readPhone(text: string, home: string | undefined, { region, countries }: Reach): ReadAddress {
  const country = home?.toUpperCase();
  const parsed = parsePhoneNumberFromString(text, {
    extract: false,
    ...(country !== undefined && isSupportedCountry(country) ? { defaultCountry: country satisfies CountryCode } : {}),
  });
  if (parsed === undefined || !parsed.isValid() || parsed.ext !== undefined) throw new TidemarkError('phone_invalid', { phone: text });
  const to: CodeAddress = { kind: 'phone', phone: parsed.number };
  if (countries !== null && (parsed.country === undefined || !countries.includes(parsed.country)))
    throw new TidemarkError('phone_not_served', { country: parsed.country ?? `+${parsed.countryCallingCode}` });
  // PRODUCT, "Accounts": text messages to other countries are unreliable, and that is said beforehand.
  const delivery = region === 'mainland' && parsed.country === 'CN' ? 'usual' : 'unreliable';
  return { to, shown: parsed.formatInternational(), suggestion: null, delivery };
}
