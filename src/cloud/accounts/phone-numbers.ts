import { type PhoneNumberType, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { TidemarkError } from '../../contract/index.ts';

/** Numbers that cost whoever sends there, and that no person reads messages at: what text message fraud is made of. */
const NOT_FOR_MESSAGES: ReadonlySet<PhoneNumberType> = new Set(['PREMIUM_RATE', 'SHARED_COST', 'TOLL_FREE', 'UAN', 'VOICEMAIL', 'PAGER']);

/**
 * A number that a text message can go to, by the numbering plans of libphonenumber.
 * @param phone E.164
 * @param countries where messages go, as two letters of ISO 3166-1; null: everywhere
 * Throws TidemarkError: `phone_invalid`, `phone_not_served`.
 */
export function requireServed(phone: string, countries: readonly string[] | null): void {
  const parsed = parsePhoneNumberFromString(phone, { extract: false });
  const type = parsed?.getType();
  // One spelling for each phone: in another one it would be somebody else's, with limits of its own.
  if (parsed?.number !== phone || !parsed.isValid() || (type !== undefined && NOT_FOR_MESSAGES.has(type)))
    throw new TidemarkError('phone_invalid', { phone });
  const { country, countryCallingCode } = parsed;
  // Satellite and other networks of no country are the dearest of all.
  if (country === undefined || (countries !== null && !countries.includes(country)))
    throw new TidemarkError('phone_not_served', { country: country ?? `+${countryCallingCode}` });
}
