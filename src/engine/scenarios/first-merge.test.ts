import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Question } from '../../contract/index.ts';
import { realClock } from './support/environment.ts';
import { type Device, type World, worldOf } from './support/index.ts';

const FIRST = 'first-merge';

/** A cloud that holds something, and a second device whose folder does too, added without agreeing to anything. */
async function meeting(world: World, laptop: Device): Promise<Device> {
  await laptop.write('same.txt', 'the same');
  await laptop.write('Photos/beach.jpg', 'a picture of the beach');
  await laptop.write('report.txt', 'as the laptop wrote it');
  await laptop.sync();
  return world.device('desktop', { merge: false, before: fill });
}

async function fill(desktop: Device): Promise<void> {
  await desktop.write('same.txt', 'the same');
  await desktop.write('report.txt', 'as the desktop wrote');
  await desktop.write('Music/song.mp3', 'la la la');
}

const asked = async (device: Device): Promise<Extract<Question, { kind: 'first_merge' }>> => {
  const [question] = await device.questions();
  if (question?.kind !== 'first_merge') throw new Error(`asked: ${JSON.stringify(question)}`);
  return question;
};

describe('First merge', () => {
  it('of two sides that differ is asked, with counts, and nothing is changed before the answer', async () => {
    await using opened = await worldOf('laptop');
    const { world } = opened;
    const [laptop] = opened.devices;
    const desktop = await meeting(world, laptop);
    const before = { here: await desktop.tree(), there: await laptop.tree() };

    expect(await asked(desktop)).toMatchObject({
      id: FIRST,
      same: { files: 1, folders: 0 },
      onlyHere: { files: 1, folders: 1, bytes: 8 },
      onlyThere: { files: 1, folders: 1, bytes: 22 },
      different: 1,
      examples: ['report.txt'],
      choices: ['merge', 'cancel'],
    });
    expect(await desktop.sync()).toMatchObject({ questions: 1, uploaded: 0, downloaded: 0 });
    expect((await world.cost(() => world.settle())).entries).toEqual([]);
    expect({ here: await desktop.tree(), there: await laptop.tree() }).toEqual(before);
    expect((await desktop.call('status.snapshot', {})).reason).toMatchObject({ code: 'first_merge' });

    await desktop.call('questions.answer', { id: FIRST, choice: 'merge' });
    await world.settle();
    expect(await desktop.questions()).toEqual([]);
    const tree = Object.keys(await world.expectSame());
    expect(tree.filter((path) => path.includes('conflict, desktop'))).toHaveLength(1);
    expect(tree).toEqual(expect.arrayContaining(['Music/song.mp3', 'Photos/beach.jpg', 'report.txt', 'same.txt']));
    expect(await desktop.read('report.txt')).toBe('as the laptop wrote it');
  });

  it('the preview names everything that would happen, the copies of conflicts too, and it comes so', async () => {
    await using opened = await worldOf('laptop');
    const { world } = opened;
    const [laptop] = opened.devices;
    const desktop = await meeting(world, laptop);
    const { counts, operations, questions, more } = await desktop.call('sync.preview', {});
    expect(questions).toMatchObject([{ kind: 'first_merge' }]);
    expect(counts).toMatchObject({
      upload: { files: 2 },
      download: { files: 2 },
      foldersHere: 1,
      foldersCloud: 1,
      conflicts: 1,
      matched: 1,
      unread: 0,
    });
    expect(more).toBe(0);
    const copy = operations.find(({ kind }) => kind === 'rename_aside')?.otherPath ?? '';
    expect(copy).toMatch(/^report \(conflict, desktop, .*\)\.txt$/);

    await desktop.call('questions.answer', { id: FIRST, choice: 'merge' });
    await world.settle();
    const tree = Object.keys(await world.expectSame());
    expect(tree).toContain(copy);
    for (const { path } of operations) expect(tree.map((one) => one.replace(/\/$/, ''))).toContain(path);
  });

  it('cancel leaves both sides as they are and takes the folder out of the sync', async () => {
    await using opened = await worldOf('laptop');
    const { world } = opened;
    const [laptop] = opened.devices;
    const desktop = await meeting(world, laptop);
    const before = { here: await desktop.tree(), there: await laptop.tree() };
    await desktop.call('questions.answer', { id: FIRST, choice: 'cancel' });
    expect(await desktop.questions()).toEqual([]);
    expect((await desktop.call('folder.list', {})).folders).toEqual([]);
    await laptop.sync();
    expect({ here: await desktop.tree(), there: await laptop.tree() }).toEqual(before);
    // It can be added again, and then it is asked again.
    await desktop.addFolder({ merge: false });
    expect(await desktop.sync()).toMatchObject({ questions: 1 });
  });

  it('a restart asks again and changes nothing; a question that is open can be answered before the sync begins', async () => {
    await using opened = await worldOf('laptop');
    const { world } = opened;
    const [laptop] = opened.devices;
    const desktop = await meeting(world, laptop);
    const question = await asked(desktop);
    const before = await desktop.tree();
    await desktop.restart();
    expect(await asked(desktop)).toEqual(question);
    expect(await desktop.sync()).toMatchObject({ questions: 1, uploaded: 0, downloaded: 0 });
    expect(await desktop.tree()).toEqual(before);
    await desktop.call('sync.pause', { until: null });
    await desktop.call('questions.answer', { id: FIRST, choice: 'merge' });
    await desktop.call('sync.resume', {});
    await world.settle();
    await world.expectSame();
  });

  it('removing the folder while asking releases everything', async () => {
    await using opened = await worldOf('laptop');
    const { world } = opened;
    const [laptop] = opened.devices;
    const desktop = await meeting(world, laptop);
    await desktop.call('folder.remove', { path: desktop.folder });
    expect(await desktop.questions()).toEqual([]);
    expect(await desktop.call('status.snapshot', {})).toMatchObject({ state: 'not_set_up', questions: 0 });
    await desktop.addFolder();
    await world.settle();
    await world.expectSame();
  });

  it('follows what is changed while it is asked, and is withdrawn when both sides have become the same', async () => {
    await using opened = await worldOf('laptop');
    const { world } = opened;
    const [laptop] = opened.devices;
    const desktop = await meeting(world, laptop);
    await laptop.remove('Photos');
    await laptop.sync();
    await desktop.sync();
    expect(await asked(desktop)).toMatchObject({ onlyThere: { files: 0, folders: 0 }, onlyHere: { files: 1 } });
    await desktop.remove('Music');
    await desktop.write('report.txt', await readFile(laptop.path('report.txt')));
    await desktop.sync();
    expect(await desktop.questions()).toEqual([]);
    await world.settle();
    await world.expectSame();
  });

  it('two sides that hold the same are not asked about, and nothing is sent', async () => {
    await using opened = await worldOf('laptop');
    const { world } = opened;
    const [laptop] = opened.devices;
    for (const name of ['a.txt', 'Folder/b.txt']) await laptop.write(name, name);
    await laptop.sync();
    const desktop = await world.device('desktop', {
      merge: false,
      before: async (device) => {
        for (const name of ['a.txt', 'Folder/b.txt']) await device.write(name, name);
      },
    });
    expect(await desktop.questions()).toEqual([]);
    await world.settle();
    await world.expectSame();
    expect(await desktop.conflicts()).toEqual([]);
  });

  it('an empty side is not asked about', async () => {
    await using opened = await worldOf('laptop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await laptop.write('a.txt', 'a');
    await laptop.sync();
    const desktop = await world.device('desktop', { merge: false });
    expect(await desktop.questions()).toEqual([]);
    await world.settle();
    await world.expectSame();
    // Nor later, when both have something new at the same time.
    await desktop.write('b.txt', 'b');
    await laptop.write('c.txt', 'c');
    await world.settle();
    expect(await desktop.questions()).toEqual([]);
    await world.expectSame();
  });

  it('is asked again where the record of what was synced is lost', async () => {
    await using opened = await worldOf('laptop');
    const { world } = opened;
    const [laptop] = opened.devices;
    const desktop = await meeting(world, laptop);
    await desktop.call('questions.answer', { id: FIRST, choice: 'merge' });
    await world.settle();
    await desktop.write('same.txt', 'edited while nothing was remembered');
    await desktop.call('folder.remove', { path: desktop.folder });
    await desktop.addFolder({ merge: false });
    expect(await desktop.sync()).toMatchObject({ questions: 1, uploaded: 0, downloaded: 0 });
    expect(await asked(desktop)).toMatchObject({ different: 1, examples: ['same.txt'] });
  });

  it('answered before both sides were looked at: says that they have to be first, and afterwards that it is over', async () => {
    await using opened = await worldOf('laptop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await laptop.write('same.txt', 'the laptop');
    await laptop.sync();
    const desktop = world.newDevice('desktop');
    await desktop.start();
    await desktop.signIn();
    const answer = (choice: 'merge' | 'cancel') => desktop.call('questions.answer', { id: FIRST, choice });
    await expect(answer('merge')).rejects.toMatchObject({ code: 'folder_none' });
    await desktop.stop();
    await desktop.withoutSync(async () => {
      await desktop.addFolder({ merge: false });
      await desktop.write('same.txt', 'the desktop');
      await expect(answer('merge')).rejects.toMatchObject({ code: 'question_not_yet', params: { id: FIRST } });
    });
    await desktop.start();
    await desktop.sync();
    await answer('merge');
    await desktop.sync();
    await expect(answer('cancel')).rejects.toMatchObject({ code: 'question_over' });
    expect(Object.values(await desktop.tree()).sort()).toEqual(['the desktop', 'the laptop']);
  });

  it('takes only its own answers', async () => {
    await using opened = await worldOf('laptop');
    const { world } = opened;
    const [laptop] = opened.devices;
    const desktop = await meeting(world, laptop);
    await expect(desktop.call('questions.answer', { id: FIRST, choice: 'delete' })).rejects.toMatchObject({
      code: 'invalid_request',
      params: { field: 'choice', problem: 'this question takes merge or cancel' },
    });
    expect(await desktop.questions()).toHaveLength(1);
  });

  it('is asked also when a preview came while all that is here was being written', async () => {
    await using opened = await worldOf('laptop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await laptop.write('report.txt', 'as the laptop wrote it');
    await laptop.sync();
    const desktop = world.newDevice('desktop');
    await desktop.start();
    await desktop.signIn();
    await desktop.write('report.txt', 'as');
    // Looks take most of the time, so that some of what asks comes in the middle of one.
    desktop.disk.before = (call) => (call === 'list' ? realClock.sleep(150) : undefined);
    const writing = setInterval(() => void desktop.append('report.txt', ' the desktop'), 10);
    await desktop.addFolder({ merge: false });
    await Promise.all([0, 60, 120, 180, 240].map((ms) => realClock.sleep(ms).then(() => desktop.call('sync.preview', {}))));
    clearInterval(writing);
    await desktop.sync();
    expect(await asked(desktop)).toMatchObject({ different: 1 });
  });

  it('is asked also when all that is here is a document that an office program has open', async () => {
    await using opened = await worldOf('laptop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await laptop.write('report.docx', 'as the laptop wrote it');
    await laptop.sync();
    const desktop = await world.device('desktop', {
      merge: false,
      before: async (device) => {
        await device.write('report.docx', 'as the desktop wrote');
        await device.write('~$port.docx', 'Ann');
      },
    });
    await desktop.sync();
    expect(await asked(desktop)).toMatchObject({ different: 1, examples: ['report.docx'] });
    await desktop.remove('~$port.docx');
    await desktop.sync();
    expect(await asked(desktop)).toMatchObject({ different: 1, examples: ['report.docx'], onlyThere: { files: 0 } });
    expect(await desktop.read('report.docx')).toBe('as the desktop wrote');
  });
});
