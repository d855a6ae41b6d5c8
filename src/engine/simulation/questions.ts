import type { SeededRandom } from '../fakes/random.ts';
import type { SimDevice } from './device.ts';
import type { Scheduler } from './scheduler.ts';

export async function answerQuestions(device: SimDevice, random: SeededRandom, scheduler: Scheduler): Promise<void> {
  if (!device.running) return;
  const { questions } = await scheduler.until(device.call('questions.list', {}), `${device.name}: questions`);
  for (const question of questions) {
    const { id } = question;
    // Who cancels a first merge does not sync any more, and then there is nothing to compare.
    const choice = question.kind === 'first_merge' ? 'merge' : random.pick(['keep', 'delete'] as const);
    const about = question.kind === 'first_merge' ? 'both sides' : `${question.items} items gone ${question.side}`;
    scheduler.note(device.name, `person: ${choice} ${about}`);
    await scheduler.until(device.call('questions.answer', { id, choice }), `${device.name}: answer`);
  }
}
