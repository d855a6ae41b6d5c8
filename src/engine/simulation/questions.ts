import type { SeededRandom } from '../fakes/random.ts';
import type { SimDevice } from './device.ts';
import type { Scheduler } from './scheduler.ts';

/** Answers what the device asks, one way or the other; true when something may be deleted. */
export async function answerQuestions(device: SimDevice, random: SeededRandom, scheduler: Scheduler): Promise<boolean> {
  if (!device.running) return false;
  const { questions } = await scheduler.until(device.call('questions.list', {}), `${device.name}: questions`);
  let approved = false;
  for (const question of questions) {
    const { id } = question;
    // Who cancels a first merge does not sync any more, and then there is nothing to compare.
    const choice = question.kind === 'first_merge' ? 'merge' : random.pick(['keep', 'delete'] as const);
    const about = question.kind === 'first_merge' ? 'both sides' : `${question.items} items gone ${question.side}`;
    approved ||= choice === 'delete';
    scheduler.note(device.name, `person: ${choice} ${about}`);
    await scheduler.until(device.call('questions.answer', { id, choice }), `${device.name}: answer`);
  }
  return approved;
}
