import { createHmac } from 'node:crypto';
import { answer, HttpService } from './http-service.ts';

const APP = { id: '1234567890', secret: 'the app secret' };
const failed = (message: string, code: number) => ({ error: { message, type: 'OAuthException', code, fbtrace_id: 'EJplcsCHuLu' } });

/**
 * Facebook's dialect: a dialog, an exchange by GET with everything in the query, and a Graph API that wants a proof of the app's
 * secret. Codes are for one use, and for the address that the dialog was given. https://developers.facebook.com/docs/facebook-login
 */
export async function facebookService(): Promise<HttpService> {
  const service = new HttpService();
  const codes = new Map<string, { readonly person: string; readonly redirect: string }>();
  return service.listen((request, response) => {
    const url = new URL(request.url ?? '', service.url);
    const { searchParams: query } = url;
    const given = (name: string): string => query.get(name) ?? '';
    switch (`${request.method ?? ''} ${url.pathname}`) {
      case 'GET /dialog/oauth': {
        if (given('client_id') !== APP.id || given('response_type') !== 'code' || given('scope') !== 'public_profile')
          return answer(response, 'Invalid parameters', 400);
        const field = (name: string): string => `<input type="hidden" name="${name}" value="${encodeURIComponent(given(name))}">`;
        return answer(
          response,
          `<form method="get" action="/confirm">${field('redirect_uri')}${field('state')}<input name="person"><button name="ok">Continue</button></form>` +
            `<form method="get" action="/cancel">${field('redirect_uri')}${field('state')}<button>Cancel</button></form>`,
        );
      }
      case 'GET /confirm': {
        const code = `AQ${Math.random().toString(36).slice(2)}`;
        const redirect = decodeURIComponent(given('redirect_uri'));
        codes.set(code, { person: given('person'), redirect });
        return answer(response, '', 302, { location: `${redirect}?code=${code}&state=${given('state')}#_=_` });
      }
      case 'GET /cancel': {
        const error = 'error_reason=user_denied&error=access_denied&error_description=Permissions+error.';
        const to = `${decodeURIComponent(given('redirect_uri'))}?${error}&state=${given('state')}`;
        return answer(response, '', 302, { location: to });
      }
      case 'GET /oauth/access_token': {
        const found = codes.get(given('code'));
        codes.delete(given('code'));
        if (given('client_id') !== APP.id || given('client_secret') !== APP.secret)
          return answer(response, failed('Error validating client secret.', 1), 400);
        if (found === undefined) return answer(response, failed('This authorization code has been used.', 100), 400);
        if (found.redirect !== given('redirect_uri')) return answer(response, failed('Error validating verification code.', 100), 400);
        return answer(response, { access_token: `EAA ${found.person}`, token_type: 'bearer', expires_in: 5_183_976 });
      }
      case 'GET /me': {
        const proof = createHmac('sha256', APP.secret).update(given('access_token')).digest('hex');
        if (given('appsecret_proof') !== proof)
          return answer(response, failed('Invalid appsecret_proof provided in the API argument', 100), 400);
        const person = given('access_token').slice('EAA '.length);
        return answer(response, { id: `10${Buffer.from(person).toString('hex')}`, name: person });
      }
      default:
        return answer(response, failed('Unknown path', 2500), 400);
    }
  });
}

export const facebookSettings = (service: HttpService) => ({
  clientId: APP.id,
  clientSecret: APP.secret,
  dialog: `${service.url}/dialog/oauth`,
  graph: service.url,
});
