import { type Locale, locales } from '../../contract/index.ts';

/** Days of the calendar, UTC, as `2026-07-01`. */
export interface WarningDates {
  /** Nobody signed in or synced since. */
  readonly activeSince: string;
  readonly date: string;
  readonly daysLeft: number;
  /** Only then the documents go. */
  readonly graceEnd: string;
}

interface Texts {
  readonly subject: (dates: WarningDates) => string;
  readonly warning: (dates: WarningDates) => string;
  /** With few words, for a text message. */
  readonly short: (dates: WarningDates) => string;
  readonly goneSubject: string;
  readonly gone: (dates: Pick<WarningDates, 'activeSince'>) => string;
}

const texts: Readonly<Record<Locale, Texts>> = {
  en: {
    subject: ({ date, daysLeft }) => `Your documents in Tidemark are kept until ${date} (${days(daysLeft)} left)`,
    warning: ({ activeSince, date, daysLeft, graceEnd }) =>
      `Nobody has signed in to or synced your Tidemark account since ${activeSince}. Its documents in the cloud are kept until ${date}, ` +
      `${days(daysLeft)} from now; on ${graceEnd} they are deleted.\n\nTo keep them, sign in, or let any of your devices sync: the time ` +
      `begins anew. Files on your devices are not touched in any case.`,
    short: ({ date, graceEnd }) =>
      `Tidemark: your cloud documents are kept until ${date} and deleted on ${graceEnd}. Sign in or sync to keep them.`,
    goneSubject: 'Your documents in the cloud of Tidemark were deleted',
    gone: ({ activeSince }) =>
      `Nobody had signed in to or synced your Tidemark account since ${activeSince}, so its documents in the cloud were deleted, as we had ` +
      `written. The account is still there. Files on your devices were not touched: a device that syncs sends them up again.`,
  },
  'zh-Hans': {
    subject: ({ date, daysLeft }) => `您在 Tidemark 的云文档保留至 ${date}（还剩 ${daysLeft} 天）`,
    warning: ({ activeSince, date, daysLeft, graceEnd }) =>
      `自 ${activeSince} 以来，您的 Tidemark 账号没有登录或同步过。云端的文档保留至 ${date}（还剩 ${daysLeft} 天），并将于 ${graceEnd} 删除。` +
      `\n\n如需保留，请登录，或让任意一台设备同步一次，期限即重新计算。您设备上的文件不受影响。`,
    short: ({ date, graceEnd }) => `Tidemark：您的云文档保留至 ${date}，将于 ${graceEnd} 删除。登录或同步即可保留。`,
    goneSubject: '您在 Tidemark 云端的文档已删除',
    gone: ({ activeSince }) =>
      `自 ${activeSince} 以来，您的 Tidemark 账号没有登录或同步过，因此如先前通知，云端的文档已删除。账号仍然保留。` +
      `您设备上的文件不受影响：设备再次同步时会重新上传。`,
  },
  'zh-Hant': {
    subject: ({ date, daysLeft }) => `您在 Tidemark 的雲端文件保留至 ${date}（還剩 ${daysLeft} 天）`,
    warning: ({ activeSince, date, daysLeft, graceEnd }) =>
      `自 ${activeSince} 以來，您的 Tidemark 帳號沒有登入或同步過。雲端的文件保留至 ${date}（還剩 ${daysLeft} 天），並將於 ${graceEnd} 刪除。` +
      `\n\n如需保留，請登入，或讓任一裝置同步一次，期限即重新計算。您裝置上的檔案不受影響。`,
    short: ({ date, graceEnd }) => `Tidemark：您的雲端文件保留至 ${date}，將於 ${graceEnd} 刪除。登入或同步即可保留。`,
    goneSubject: '您在 Tidemark 雲端的文件已刪除',
    gone: ({ activeSince }) =>
      `自 ${activeSince} 以來，您的 Tidemark 帳號沒有登入或同步過，因此如先前通知，雲端的文件已刪除。帳號仍然保留。` +
      `您裝置上的檔案不受影響：裝置再次同步時會重新上傳。`,
  },
};

const days = (number: number): string => (number === 1 ? '1 day' : `${number} days`);

const separated = (say: (locale: Locale) => string): string => locales.map(say).join('\n\n—\n\n');

/** What an account is told whose documents will go. In all languages: which one the person reads is not known. */
export function warningMessage(kind: 'email' | 'phone', dates: WarningDates): { readonly subject: string; readonly text: string } {
  const subject = `${texts.en.subject(dates)} / ${texts['zh-Hans'].subject(dates)}`;
  if (kind === 'phone') return { subject, text: `${texts.en.short(dates)}\n${texts['zh-Hans'].short(dates)}` };
  return { subject, text: separated((locale) => texts[locale].warning(dates)) };
}

/** What it is told once they went. */
export function goneMessage(activeSince: string): { readonly subject: string; readonly text: string } {
  return {
    subject: `${texts.en.goneSubject} / ${texts['zh-Hans'].goneSubject}`,
    text: separated((locale) => texts[locale].gone({ activeSince })),
  };
}
