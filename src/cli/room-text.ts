import { dayMs } from '../base/index.ts';
import type { ErrorData, Quota, RoomNeed, SpeedLimit } from '../contract/index.ts';
import { count, size, when } from './text.ts';

type Caps = Pick<Quota, 'uploadBytesPerSecond' | 'downloadBytesPerSecond' | 'uploadAtCap' | 'downloadAtCap'>;

/** A date that is nearer than this is counted down to. */
const COUNTDOWN_DAYS = 90;
/** Less than this part of a limit is not the limit's doing. */
const AT_LIMIT = 0.75;

/** Until when the documents are kept, in a line; none where the cloud keeps them for ever, or never said. */
export function keptLines(until: number | null, now = Date.now()): readonly string[] {
  if (until === null) return [];
  const days = Math.ceil((until - now) / dayMs);
  if (days > COUNTDOWN_DAYS)
    return [`The cloud keeps the documents until ${when(until)} at least; signing in and every sync put that off.`];
  if (days <= 0) return [`The documents in the cloud were kept until ${when(until)} and will be deleted: sign in or sync to keep them.`];
  return [`The cloud keeps the documents until ${when(until)}, ${count(days, 'more day')}: sign in or sync to keep them.`];
}

/** What waits for room, and how much has to be freed. */
export const needLines = (need: RoomNeed | null): readonly string[] =>
  need === null
    ? []
    : [
        `${count(need.files, 'file waits', 'files wait')} for room in the cloud, ${size(need.bytes)} together: ` +
          (need.neededBytes === 0
            ? 'there is room now.'
            : `${size(need.neededBytes)} more ${need.neededBytes === 1 ? 'is' : 'are'} needed (tidemark issues).`),
      ];

/** What one file lacks; empty for what lacks no room in the cloud. */
export const lackText = ({ code, params: { neededBytes } }: ErrorData): string =>
  code === 'quota_exceeded' && typeof neededBytes === 'number' && neededBytes > 0 ? ` It needs ${size(neededBytes)} more.` : '';

/**
 * The caps of the plan, and whether they are what makes it slow just now; none without any. A device that is slower than the cap
 * while all together are at it shares it with others; else it is the network.
 */
export function capLines(quota: Caps): readonly string[] {
  const ways = [
    { name: 'up', cap: quota.uploadBytesPerSecond, atCap: quota.uploadAtCap },
    { name: 'down', cap: quota.downloadBytesPerSecond, atCap: quota.downloadAtCap },
  ].flatMap(({ name, cap, atCap }) => (cap === null ? [] : [{ name, text: `${size(cap)}/s ${name}`, atCap }]));
  if (ways.length === 0) return [];
  const full = ways.filter(({ atCap }) => atCap).map(({ name }) => name);
  const now =
    full.length === 0
      ? 'They use less than that just now: what is slow is the network.'
      : `Just now they use all of it, ${full.join(' and ')}.`;
  return [`The plan allows ${ways.map(({ text }) => text).join(' and ')}, for all devices together. ${now}`];
}

/** Whether a speed is what a limit makes it, or less, as the network gives it; empty where there is no limit, or nothing moves. */
export function speedText(bytesPerSecond: number, limit: SpeedLimit | null): string {
  if (limit === null || bytesPerSecond === 0) return '';
  const whose = limit.by === 'plan' ? 'of the plan' : 'of the settings';
  return bytesPerSecond >= AT_LIMIT * limit.bytesPerSecond
    ? `at the limit ${whose}, ${size(limit.bytesPerSecond)}/s`
    : `below the limit ${whose}, ${size(limit.bytesPerSecond)}/s`;
}
