import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Accounts } from '../../accounts/accounts.ts';
import type { Challenges } from '../../accounts/challenges.ts';
import type { Departure, Grants } from '../../accounts/grants.ts';
import type { RateClass } from '../register-routes.ts';
import type { Visit } from './visit.ts';

export interface PageServices {
  readonly accounts: Accounts;
  readonly challenges: Challenges;
  readonly grants: Grants;
  /** Where browsers reach the cloud; undefined where nobody said. */
  readonly address: { readonly known: string | undefined };
}

export interface PageRoute {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly rateClass: RateClass;
  readonly answer: (visit: Visit, request: FastifyRequest) => Promise<FastifyReply>;
}

/** Sends a browser away to a service. */
export function leave(visit: Visit, { url, cookie }: Departure, how: 'redirect' | 'goOn'): FastifyReply {
  visit.setCookie(cookie.name, cookie.value, '/v1/auth/callback');
  return visit[how](url);
}
