import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { seededBytes } from '../world/index.ts';
import { presentation, wordDocument, workbook } from './office.ts';

const MiB = 1024 * 1024;

/** Paths that the steps of the demo come back to. */
export const names = {
  report: '文档/季度报告.docx',
  budget: 'Office/Budget 2026.xlsx',
  video: 'Media/rehearsal.bin',
  minutes: 'Office/Minutes.docx',
  draft: 'Office/Old draft.docx',
  projects: 'Projects',
  archive: 'Archive/2026',
} as const;

/** A folder such as people have: office files, one large file, deep folders, Chinese names, nothing in some. */
export function firstTree(): ReadonlyMap<string, Buffer | null> {
  const tree = new Map<string, Buffer | null>([
    [names.report, wordDocument(['季度报告', '收入比上一季度增长了百分之八。'])],
    ['文档/会议记录（十一月）.docx', wordDocument(['会议记录', '下次会议：星期五。'])],
    ['文档/照片/春节 2026.jpg', seededBytes('photo', 2 * MiB)],
    [
      names.budget,
      workbook([
        ['Item', 'Cost'],
        ['Rent', 1200],
        ['Tea', 36],
      ]),
    ],
    [names.minutes, wordDocument(['Minutes', 'Everybody agreed.'])],
    [names.draft, wordDocument(['Draft', 'To be thrown away.'])],
    ['Office/Kick-off.pptx', presentation(['Kick-off', '谢谢'])],
    ['Office/notes.txt', Buffer.from('Plain text, with a line.\n')],
    ['Office/empty.txt', Buffer.alloc(0)],
    [names.video, seededBytes('video', 64 * MiB)],
    ['Empty folder', null],
  ]);
  for (let index = 0; index < 200; index += 1) {
    const project = `${names.projects}/project ${index % 10}/part ${index % 4}`;
    tree.set(`${project}/file ${index}.dat`, seededBytes(`file ${index}`, 1024 * (1 + (index % 48))));
  }
  const deep = Array.from({ length: 15 }, (_, level) => `level ${level + 1}`).join('/');
  tree.set(`${deep}/at the bottom.txt`, Buffer.from('deep down\n'));
  return tree;
}

/** Writes files (and folders, where the content is null) below `root`. Answers the bytes written. */
export async function writeTree(root: string, tree: ReadonlyMap<string, Buffer | null>): Promise<number> {
  let bytes = 0;
  for (const [path, content] of tree) {
    const target = join(root, path);
    await mkdir(content === null ? target : dirname(target), { recursive: true });
    if (content !== null) await writeFile(target, content);
    bytes += content?.length ?? 0;
  }
  return bytes;
}
