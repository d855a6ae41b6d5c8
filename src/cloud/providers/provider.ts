import { type Provider, providerNames, TidemarkError } from '../../contract/index.ts';

/** One trip of a browser to a service and back: what ties the answer to the question. All of it is secret. */
export interface Trip {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Where the service sends the browser back to; one of its own for each service (RFC 9700, 4.4.2.2). */
  readonly redirectUri: string;
  /** A proof: only signing in at the service anew will do, after this time. null: also who is signed in there since long. */
  readonly anewSince: number | null;
}

/** Whom a service says the person is. */
export interface ProviderIdentity {
  /** The service's own id of the person, which stays when names and addresses change. */
  readonly subject: string;
  readonly label: string;
  /** When the person last signed in there; now, of a service that never tells; 0, of one that tells and did not. */
  readonly signedInAt: number;
}

/** Another service whose accounts sign in here. Both methods throw TidemarkError, and nothing in it is secret. */
export interface SignInProvider {
  readonly id: Provider;
  /** Where the browser is sent. Throws `provider_unreachable`. */
  authorizeUrl(trip: Trip): Promise<string>;
  /**
   * Who it is, by the parameters that the browser brought back. Throws `provider_refused`, `provider_unreachable`,
   * `provider_mismatch`, `provider_answer_invalid`, `provider_not_recent`.
   */
  identify(answer: URLSearchParams, trip: Trip): Promise<ProviderIdentity>;
}

export const answerInvalid = (id: Provider, detail: string): TidemarkError =>
  new TidemarkError('provider_answer_invalid', { provider: providerNames[id], detail });

export const unreachable = (id: Provider): TidemarkError => new TidemarkError('provider_unreachable', { provider: providerNames[id] });

/** RFC 6749, 4.1.2.1, and what Apple says of a person who turned back. */
export function refuseErrors(id: Provider, answer: URLSearchParams): void {
  const error = answer.get('error');
  if (error === null) return;
  if (error === 'access_denied' || error === 'user_cancelled_authorize')
    throw new TidemarkError('provider_refused', { provider: providerNames[id] });
  if (error === 'temporarily_unavailable' || error === 'server_error') throw unreachable(id);
  throw answerInvalid(id, /^\w{1,60}$/.test(error) ? error : 'error');
}

/** How the service calls the person, made fit to be shown. */
export function labelOf(id: Provider, ...names: readonly unknown[]): string {
  for (const name of names) {
    if (typeof name !== 'string') continue;
    // No controls, and nothing that turns the direction of the text around it.
    const shown = name.replaceAll(/[\p{Cc}\p{Cf}]/gu, '').trim();
    if (shown !== '') return Array.from(shown).slice(0, 100).join('');
  }
  return providerNames[id];
}
