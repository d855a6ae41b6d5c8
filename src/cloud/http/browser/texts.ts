import type { Locale } from '../../../contract/index.ts';

export interface PageTexts {
  readonly goingOn: string;
  readonly goOn: string;
  readonly signDeviceIn: string;
  readonly codeOnDevice: string;
  readonly deviceAsks: string;
  readonly device: string;
  readonly system: string;
  readonly from: string;
  readonly thisMachine: string;
  readonly localNetwork: string;
  readonly onlyYours: string;
  readonly continueWith: (service: string) => string;
  readonly email: string;
  readonly password: string;
  readonly withPassword: string;
  readonly withCode: string;
  readonly codeSent: string;
  readonly sixDigits: string;
  readonly deny: string;
  readonly done: string;
  readonly doneMore: string;
  readonly denied: string;
  readonly deniedMore: string;
  readonly failed: string;
  readonly otherWay: string;
}

const en: PageTexts = {
  goingOn: 'Going on',
  goOn: 'Continue',
  signDeviceIn: 'Sign a device in',
  codeOnDevice: 'The code that the device shows',
  deviceAsks: 'A device asks to be signed in',
  device: 'Device',
  system: 'System',
  from: 'Asks from',
  thisMachine: 'the computer that the cloud runs on',
  localNetwork: 'the network that the cloud is in',
  onlyYours:
    'Whoever has this device will have your files. Go on only if you began this yourself and the device in front of you shows this code; nobody from Tidemark ever sends you one.',
  continueWith: (service) => `Continue with ${service}`,
  email: 'E-mail address',
  password: 'Password',
  withPassword: 'Sign in with the password',
  withCode: 'Send me a code',
  codeSent: 'A code was sent',
  sixDigits: 'The six digits of the message',
  deny: 'This is not my device',
  done: 'The device is signed in',
  doneMore: 'It goes on by itself. You may close this window.',
  denied: 'The device was refused',
  deniedMore: 'It is not signed in. You may close this window.',
  failed: 'Nobody was signed in',
  otherWay: 'Try another way',
};

const zhHans: PageTexts = {
  goingOn: '正在继续',
  goOn: '继续',
  signDeviceIn: '登录设备',
  codeOnDevice: '设备上显示的代码',
  deviceAsks: '有设备请求登录',
  device: '设备',
  system: '系统',
  from: '请求来自',
  thisMachine: '云服务所在的电脑',
  localNetwork: '云服务所在的网络',
  onlyYours: '持有此设备的人将能访问您的文件。仅当这是您本人发起、且您面前的设备显示此代码时才继续；Tidemark 的任何人都不会向您发送代码。',
  continueWith: (service) => `用 ${service} 继续`,
  email: '邮箱',
  password: '密码',
  withPassword: '用密码登录',
  withCode: '给我发送验证码',
  codeSent: '验证码已发送',
  sixDigits: '消息中的六位数字',
  deny: '这不是我的设备',
  done: '设备已登录',
  doneMore: '它会自动继续。您可以关闭此窗口。',
  denied: '已拒绝该设备',
  deniedMore: '它没有登录。您可以关闭此窗口。',
  failed: '未登录',
  otherWay: '换一种方式',
};

const zhHant: PageTexts = {
  goingOn: '正在繼續',
  goOn: '繼續',
  signDeviceIn: '登入裝置',
  codeOnDevice: '裝置上顯示的代碼',
  deviceAsks: '有裝置要求登入',
  device: '裝置',
  system: '系統',
  from: '要求來自',
  thisMachine: '雲端服務所在的電腦',
  localNetwork: '雲端服務所在的網路',
  onlyYours: '持有此裝置的人將能存取您的檔案。僅當這是您本人發起、且您面前的裝置顯示此代碼時才繼續；Tidemark 的任何人都不會向您傳送代碼。',
  continueWith: (service) => `用 ${service} 繼續`,
  email: '電子郵件地址',
  password: '密碼',
  withPassword: '用密碼登入',
  withCode: '給我傳送驗證碼',
  codeSent: '驗證碼已傳送',
  sixDigits: '訊息中的六位數字',
  deny: '這不是我的裝置',
  done: '裝置已登入',
  doneMore: '它會自動繼續。您可以關閉此視窗。',
  denied: '已拒絕該裝置',
  deniedMore: '它沒有登入。您可以關閉此視窗。',
  failed: '未登入',
  otherWay: '換一種方式',
};

export const pageTexts: Readonly<Record<Locale, PageTexts>> = { en, 'zh-Hans': zhHans, 'zh-Hant': zhHant };
