import type { RouteName } from '../../../contract/index.ts';
import type { Credentials, IdentitiesApi } from '../api.ts';
import { asDevice } from './as-device.ts';
import { type AnswerOf, type Caller, type Parts, call } from './call.ts';

/** The ways to sign in of one account over HTTP. */
export class HttpIdentities implements IdentitiesApi {
  readonly #caller: Caller;
  readonly #credentials: Credentials;

  constructor(caller: Caller, credentials: Credentials) {
    this.#caller = caller;
    this.#credentials = credentials;
  }

  challenge: IdentitiesApi['challenge'] = (body) => this.#call('ownChallenge', { body });

  authorize: IdentitiesApi['authorize'] = (body) => this.#call('ownAuthorize', { body });

  prove: IdentitiesApi['prove'] = async (body) => {
    await this.#call('prove', { body });
  };

  add: IdentitiesApi['add'] = (body) => this.#call('addIdentity', { body });

  remove: IdentitiesApi['remove'] = (id) => this.#call('removeIdentity', { params: { id } });

  setPassword: IdentitiesApi['setPassword'] = async (password) => {
    await this.#call('setPassword', { body: { password } });
  };

  log: IdentitiesApi['log'] = (before, limit) => this.#call('audit', { query: { ...(before === null ? {} : { before }), limit } });

  #call<N extends RouteName>(name: N, parts: Parts<N>): Promise<AnswerOf<N>> {
    return asDevice(this.#credentials, (accessToken) => call(this.#caller, name, { ...parts, accessToken }));
  }
}
