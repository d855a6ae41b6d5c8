import type { CodePurpose, Locale } from '../../contract/index.ts';

interface Texts {
  readonly subject: Readonly<Record<CodePurpose, string>>;
  /** What the code is for, in a sentence of its own. */
  readonly purpose: Readonly<Record<CodePurpose, string>>;
  readonly code: (code: string, minutes: number) => string;
  readonly ignore: string;
}

const en: Texts = {
  subject: {
    enter: 'Your code for Tidemark',
    reset: 'A new password for Tidemark',
    link: 'Your code to add this address to your Tidemark account',
    prove: 'Your code to confirm a change in Tidemark',
  },
  purpose: {
    enter: 'Somebody, most likely you, wants to sign in to Tidemark with this address.',
    reset: 'Somebody, most likely you, wants to set a new password for Tidemark. It signs out all devices.',
    link: 'Somebody, most likely you, wants to sign in to an account of Tidemark with this address from now on.',
    prove: 'Somebody, most likely you, wants to change something in the Tidemark account of this address.',
  },
  code: (code, minutes) => `The code is ${code}. It is good for ${minutes} minutes and for one use.`,
  ignore: 'If it was not you, do nothing: without the code nothing happens. Nobody from Tidemark ever asks for it.',
};

const zhHans: Texts = {
  subject: {
    enter: '您的 Tidemark 验证码',
    reset: '设置新的 Tidemark 密码',
    link: '将此地址添加到 Tidemark 账号的验证码',
    prove: '确认 Tidemark 更改的验证码',
  },
  purpose: {
    enter: '有人（很可能是您）想用此地址登录 Tidemark。',
    reset: '有人（很可能是您）想设置新的 Tidemark 密码。所有设备都将退出登录。',
    link: '有人（很可能是您）想今后用此地址登录一个 Tidemark 账号。',
    prove: '有人（很可能是您）想更改此地址的 Tidemark 账号。',
  },
  code: (code, minutes) => `验证码：${code}。${minutes} 分钟内有效，仅可使用一次。`,
  ignore: '如果不是您本人，请忽略：没有验证码，什么都不会发生。Tidemark 的任何人都不会向您索要它。',
};

const zhHant: Texts = {
  subject: {
    enter: '您的 Tidemark 驗證碼',
    reset: '設定新的 Tidemark 密碼',
    link: '將此地址加入 Tidemark 帳號的驗證碼',
    prove: '確認 Tidemark 變更的驗證碼',
  },
  purpose: {
    enter: '有人（很可能是您）想用此地址登入 Tidemark。',
    reset: '有人（很可能是您）想設定新的 Tidemark 密碼。所有裝置都將登出。',
    link: '有人（很可能是您）想今後用此地址登入一個 Tidemark 帳號。',
    prove: '有人（很可能是您）想變更此地址的 Tidemark 帳號。',
  },
  code: (code, minutes) => `驗證碼：${code}。${minutes} 分鐘內有效，僅可使用一次。`,
  ignore: '如果不是您本人，請忽略：沒有驗證碼，什麼都不會發生。Tidemark 的任何人都不會向您索取它。',
};

const texts: Readonly<Record<Locale, Texts>> = { en, 'zh-Hans': zhHans, 'zh-Hant': zhHant };

/** The nearest language there is (BCP 47): Chinese by its script, or by where it is written. */
export function nearestLocale(language: string | undefined): Locale {
  const [primary, ...rest] = (language ?? '').toLowerCase().split('-');
  if (primary !== 'zh') return 'en';
  return rest.some((part) => ['hant', 'tw', 'hk', 'mo'].includes(part)) ? 'zh-Hant' : 'zh-Hans';
}

/** The words around a code. A text message has room for few. */
export function codeMessage(
  kind: 'email' | 'phone',
  purpose: CodePurpose,
  code: string,
  minutes: number,
  locale: Locale,
): { subject: string; text: string } {
  const { subject, purpose: purposes, code: sentence, ignore } = texts[locale];
  const text =
    kind === 'phone' ? `Tidemark: ${sentence(code, minutes)}` : [purposes[purpose], sentence(code, minutes), ignore].join('\n\n');
  return { subject: subject[purpose], text };
}
