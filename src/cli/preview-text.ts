import { type Foresight, explainText } from '../contract/index.ts';
import { questionText } from './question-text.ts';
import { errorLine, localeNow } from './language.ts';
import { count, plain, size, table } from './text.ts';

/** What would happen: counts, then the list, then what would be asked and what would not sync. */
export function previewText({ counts, operations, more, questions, blocked }: Foresight): string {
  const { upload, download } = counts;
  const some = (number: number, text: string): readonly string[] => (number === 0 ? [] : [text]);
  const lines = [
    ...some(upload.files, `upload ${count(upload.files, 'file')} (${size(upload.bytes)})`),
    ...some(download.files, `download ${count(download.files, 'file')} (${size(download.bytes)})`),
    ...some(counts.foldersCloud, `make ${count(counts.foldersCloud, 'folder')} in the cloud`),
    ...some(counts.foldersHere, `make ${count(counts.foldersHere, 'folder')} here`),
    ...some(counts.movedCloud, `move or rename ${count(counts.movedCloud, 'item')} in the cloud`),
    ...some(counts.movedHere, `move or rename ${count(counts.movedHere, 'item')} here`),
    ...some(counts.deletedCloud, `delete ${count(counts.deletedCloud, 'item')} in the cloud`),
    ...some(counts.deletedHere, `move ${count(counts.deletedHere, 'item')} to the trash of this device`),
    ...some(
      counts.leavingHere,
      `take ${count(counts.leavingHere, 'item')} away here, since the cloud has them and they are not kept on this device`,
    ),
    ...some(counts.conflicts, `keep both versions of ${count(counts.conflicts, 'item')}`),
    ...some(counts.matched, `match ${count(counts.matched, 'item')} that both sides have already`),
    ...some(counts.unread, `(${count(counts.unread, 'file')} not read yet and taken for changed)`),
  ];
  const rows = operations.map(({ kind, sizeBytes, path, otherPath, items }) => [
    kind.replaceAll('_', ' '),
    items > 1 ? count(items, 'item') : size(sizeBytes),
    otherPath === null ? path : kind === 'rename_aside' ? `${path} -> ${otherPath}` : `${otherPath} -> ${path}`,
  ]);
  return [
    lines.length === 0 ? 'Nothing would be done.' : `It would ${lines.join('\n         ')}`,
    ...(rows.length === 0 ? [] : ['', table(['WHAT', 'SIZE', 'PATH'], rows)]),
    ...some(more, `and ${more} more`),
    ...blocked.map(({ path, reason }) => `would not sync: ${plain(path)}: ${plain(errorLine(reason))} [${reason.code}]`),
    ...(questions.length === 0 ? [] : ['', explainText('wait', 'question', {}, localeNow()), ...questions.map(questionText)]),
  ].join('\n');
}
