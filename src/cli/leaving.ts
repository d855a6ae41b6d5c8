import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type CopiedElsewhere, type Unsent } from '../contract/index.ts';
import { followStatus } from '../rpc/index.ts';
import type { OpenedEngine } from '../host/index.ts';
import { askFor } from './confirm.ts';
import type { Context, Exit } from './context.ts';
import { seconds } from './durations.ts';
import { progressText } from './status-text.ts';
import { errorLine } from './language.ts';
import { count, plain, size } from './text.ts';

export interface LeaveOptions {
  readonly wait?: boolean;
  readonly timeout?: number;
  readonly copyTo?: string;
  readonly withLocalOnly?: boolean;
  readonly yes?: boolean;
}

const MOST_SHOWN = 20;

export const LEAVE_HELP = [
  'What is on this device and not in the cloud is listed first, and nothing is done while there is any: it can be uploaded now',
  '(--wait), copied elsewhere (--copy-to: each copy is checked, and nothing there is replaced), or left as it is (--yes). Without a',
  'terminal the exit code is 7 then, with the commands that go on. Files on this device stay in any case.',
].join('\n');

export const leaveOptions = (command: Command): Command =>
  command
    .option('--wait', 'upload what is not in the cloud yet, first')
    .option('--timeout <seconds>', 'with --wait: give up waiting after this long', seconds)
    .option('--copy-to <dir>', 'copy what is not in the cloud to this folder, first')
    .option('--with-local-only', 'with --copy-to: also what never goes to the cloud')
    .option('--yes', 'go on, whatever is not in the cloud');

/** What should be in the cloud and is not, or is not known. */
export const openCount = ({ counts, unseen }: Unsent): number =>
  counts.upload.files + counts.issue.files + counts.conflict.files + unseen.length;

export interface Leaving {
  readonly copied: CopiedElsewhere | null;
}

/** Lets somebody go on who leaves nothing behind, or knows what. Answers the exit code, with the answer given, for who stays. */
export async function beforeLeaving(
  context: Context,
  engine: OpenedEngine,
  options: LeaveOptions,
  command: string,
): Promise<Leaving | Exit> {
  if (options.wait === true) await uploadNow(context, engine, options.timeout);
  if (options.copyTo !== undefined) return copyThem(context, engine, options.copyTo, options.withLocalOnly === true);
  const unsent = await engine.call('account.unsent', { limit: 200 });
  if (openCount(unsent) === 0 || options.yes === true) return { copied: null };
  const choice = await askFor(
    context,
    `${unsentText(unsent)}\nUpload now (u), copy elsewhere (c), go on anyway (g), or stay (any other)? `,
  );
  switch (choice?.toLowerCase()) {
    case undefined: {
      const commands = { upload: `${command} --wait`, copy: `${command} --copy-to DIR`, goOn: `${command} --yes` };
      const ways = [`  upload now:      ${commands.upload}`, `  copy elsewhere:  ${commands.copy}`, `  go on anyway:    ${commands.goOn}`];
      context.answer(
        { unsent, commands },
        ['Nothing was done: the cloud does not have all of it.', unsentText(unsent), ...ways].join('\n'),
      );
      return 7;
    }
    case 'u':
      // And once more, should something be left.
      return beforeLeaving(context, engine, { ...options, wait: true }, command);
    case 'c': {
      const dir = await askFor(context, 'Folder for the copies: ');
      if (dir !== undefined && dir !== '') return copyThem(context, engine, dir, options.withLocalOnly === true);
      break;
    }
    case 'g':
      return { copied: null };
  }
  context.answer({ unsent }, 'Nothing was done.');
  return 7;
}

async function uploadNow(context: Context, engine: OpenedEngine, timeout: number | undefined): Promise<void> {
  await engine.begin();
  const dispose = followStatus(engine, (status) => context.progress(progressText(status)));
  try {
    await context.untilAborted(engine.call('sync.wait', { timeoutMs: timeout === undefined ? null : timeout * 1000 }));
    context.progress('');
  } finally {
    dispose();
  }
}

async function copyThem(context: Context, engine: OpenedEngine, to: string, localOnly: boolean): Promise<Leaving | Exit> {
  const copied = await engine.call('account.copyUnsent', { to: resolve(to), localOnly });
  if (copied.failed.length === 0) return { copied };
  const failed = copied.failed.map(({ path, error }) => `not copied: ${plain(path)}: ${plain(errorLine(error))} [${error.code}]`);
  context.answer({ copied }, ['Nothing else was done.', copiedText(copied), ...failed].join('\n'));
  return 3;
}

export function copiedText({ files, bytes, there }: CopiedElsewhere): string {
  const known = there === 0 ? '' : ` ${there} of them ${there === 1 ? 'was' : 'were'} there already.`;
  return `${count(files, 'file is', 'files are')} in the copy (${size(bytes)}), each checked.${known}`;
}

const words: Readonly<Record<Unsent['items'][number]['why'], string>> = {
  upload: 'not uploaded yet',
  issue: 'with a problem',
  conflict: 'versions of conflicts',
  local_only: 'never go to the cloud (local only)',
  ignored: 'left out by rules',
};

/** What is not in the cloud, by why. */
export function unsentText(unsent: Unsent): string {
  const { counts, items, unseen } = unsent;
  const lines = (Object.keys(words) as (keyof typeof words)[]).flatMap((why) => {
    const { files, bytes } = counts[why];
    if (files === 0) return [];
    const shown = why === 'ignored' ? [] : items.filter((item) => item.why === why).slice(0, MOST_SHOWN);
    const rest = files - shown.length;
    return [
      `${count(files, 'file')} ${words[why]} (${size(bytes)})${shown.length === 0 ? '' : ':'}`,
      ...shown.map(
        ({ path, sizeBytes, reason }) => `  ${plain(path)}  ${size(sizeBytes)}${reason === null ? '' : `  ${plain(errorLine(reason))}`}`,
      ),
      ...(rest > 0 && shown.length > 0 ? [`  and ${rest} more`] : []),
    ];
  });
  const blind = unseen.map((path) => `cannot be looked into, so that nothing is known of it: ${plain(path)}`);
  return [...lines, ...blind].join('\n') || 'The cloud has everything.';
}
