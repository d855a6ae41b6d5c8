import { answer, HttpService } from './http-service.ts';

const APP = { id: 'wxbdc5610cc59c1631', secret: 'the app secret' };

/**
 * WeChat's dialect: appid and secret in the query, answers as text, errors with the status 200, openid and unionid; whoever says
 * no comes back with the state alone. https://developers.weixin.qq.com/doc/oplatform/Website_App/WeChat_Login/Wechat_Login.html
 */
export async function wechatService(): Promise<HttpService> {
  const service = new HttpService();
  const codes = new Map<string, string>();
  return service.listen((request, response) => {
    const url = new URL(request.url ?? '', service.url);
    const given = (name: string): string => url.searchParams.get(name) ?? '';
    const text = (body: object): void => answer(response, JSON.stringify(body), 200, { 'content-type': 'text/plain' });
    switch (url.pathname) {
      case '/connect/qrconnect': {
        if (given('appid') !== APP.id || given('response_type') !== 'code' || given('scope') !== 'snsapi_login')
          return answer(response, '该链接无法访问', 200);
        const field = (name: string): string => `<input type="hidden" name="${name}" value="${encodeURIComponent(given(name))}">`;
        // Stands for the phone that reads the QR code.
        return answer(
          response,
          `<form method="get" action="/scanned">${field('redirect_uri')}${field('state')}<input name="person"><button name="ok">确认登录</button></form>` +
            `<form method="get" action="/refused">${field('redirect_uri')}${field('state')}<button>取消</button></form>`,
        );
      }
      case '/scanned': {
        const code = `0${Math.random().toString(36).slice(2)}`;
        codes.set(code, given('person'));
        return answer(response, '', 302, { location: `${decodeURIComponent(given('redirect_uri'))}?code=${code}&state=${given('state')}` });
      }
      case '/refused':
        return answer(response, '', 302, { location: `${decodeURIComponent(given('redirect_uri'))}?state=${given('state')}` });
      case '/sns/oauth2/access_token': {
        if (given('appid') !== APP.id) return text({ errcode: 40013, errmsg: 'invalid appid' });
        if (given('secret') !== APP.secret) return text({ errcode: 40125, errmsg: 'invalid appsecret' });
        const person = codes.get(given('code'));
        codes.delete(given('code'));
        if (person === undefined || given('grant_type') !== 'authorization_code') return text({ errcode: 40029, errmsg: 'invalid code' });
        const ids = person === 'nobody' ? {} : { unionid: `o6_${person}` };
        return text({
          access_token: `T ${person}`,
          expires_in: 7200,
          refresh_token: 'R',
          openid: `open-${person}`,
          scope: 'snsapi_login',
          ...ids,
        });
      }
      case '/sns/userinfo': {
        const person = given('access_token').slice(2);
        if (given('openid') !== `open-${person}`) return text({ errcode: 40003, errmsg: 'invalid openid' });
        const ids = person === 'nobody' ? {} : { unionid: `o6_${person}` };
        return text({ openid: `open-${person}`, nickname: person, sex: 0, province: '', city: '', country: '', privilege: [], ...ids });
      }
      default:
        return answer(response, '', 404);
    }
  });
}

export const wechatSettings = (service: HttpService) => ({
  clientId: APP.id,
  clientSecret: APP.secret,
  dialog: `${service.url}/connect/qrconnect`,
  api: service.url,
});
