import type { Locale } from '../../src/contract/index.ts';
import { KiB, dayMs, hourMs, minuteMs, secondMs } from '../../src/base/index.ts';

/** Sizes, times and spans in the person's language. */
export interface Format {
  bytes(bytes: number): string;
  time(ms: number): string;
  dayTime(ms: number, nowMs: number): string;
  day(ms: number): string;
  /** `3 minutes ago`, `in 20 seconds`; within two seconds of now the caller's word. */
  relative(ms: number, nowMs: number, words: { readonly past: string; readonly future: string }): string;
  /** A span such as `2 min`; at least one second. */
  span(ms: number): string;
}

const sizeUnits = ['kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

function createFormat(locale: Locale): Format {
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const time = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' });
  const day = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' });
  const dayTime = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' });
  const unit = (name: string, display: 'short' | 'long', digits: number): Intl.NumberFormat =>
    new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: display, maximumFractionDigits: digits });
  const plainBytes = unit('byte', 'long', 0);
  const sized = sizeUnits.map((name) => ({ fine: unit(name, 'short', 1), coarse: unit(name, 'short', 0) }));

  return {
    bytes(bytes) {
      if (bytes < KiB) return plainBytes.format(bytes);
      const step = Math.min(sized.length, Math.floor(Math.log(bytes) / Math.log(KiB)));
      const value = bytes / KiB ** step;
      const units = sized[step - 1];
      return units === undefined ? plainBytes.format(bytes) : (value >= 100 ? units.coarse : units.fine).format(value);
    },
    time: (ms) => time.format(ms),
    day: (ms) => day.format(ms),
    dayTime: (ms, nowMs) => (new Date(ms).toDateString() === new Date(nowMs).toDateString() ? time : dayTime).format(ms),
    relative(ms, nowMs, words) {
      const ahead = ms - nowMs;
      const size = Math.abs(ahead);
      if (size < 2 * secondMs) return ahead > 0 ? words.future : words.past;
      const [name, unitMs] =
        size < minuteMs
          ? (['second', secondMs] as const)
          : size < hourMs
            ? (['minute', minuteMs] as const)
            : size < dayMs
              ? (['hour', hourMs] as const)
              : (['day', dayMs] as const);
      return relative.format(Math.trunc(ahead / unitMs), name);
    },
    span(ms) {
      if (ms < minuteMs) return unit('second', 'short', 0).format(Math.max(1, Math.round(ms / secondMs)));
      if (ms < hourMs) return unit('minute', 'short', 0).format(Math.round(ms / minuteMs));
      return unit('hour', 'short', 1).format(ms / hourMs);
    },
  };
}

const formats = new Map<Locale, Format>();

/** The formats of a language, made once: `Intl` objects are slow to make. */
export function formatFor(locale: Locale): Format {
  let format = formats.get(locale);
  if (format === undefined) {
    format = createFormat(locale);
    formats.set(locale, format);
  }
  return format;
}
