// What tests of other folders need: the services of others, and a browser.
export { type Seen, TestBrowser } from './browser.ts';
export { facebookService, facebookSettings } from './facebook-service.ts';
export type { HttpService } from './http-service.ts';
export { openIdService } from './openid-service.ts';
export { agree, appleSettings, googleSettings } from './sign-ins.ts';
export { wechatService, wechatSettings } from './wechat-service.ts';
