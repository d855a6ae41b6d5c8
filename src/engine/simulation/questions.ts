import type { SeededRandom } from '../fakes/random.ts';
import type { SimDevice } from './device.ts';
import type { Scheduler } from './scheduler.ts';

/** Answers what the device asks, one way or the other; true when something may be deleted. */
export async function answerQuestions(device: SimDevice, random: SeededRandom, scheduler: Scheduler): Promise<boolean> {
  if (!device.running) return false;
  const { questions } = await scheduler.until(device.call('questions.list', {}), `${device.name}: questions`);
  let approved = false;
  for (const { id, side, items } of questions) {
    const choice = random.pick(['keep', 'delete'] as const);
    approved ||= choice === 'delete';
    scheduler.note(device.name, `person: ${choice} ${items} items gone ${side}`);
    await scheduler.until(device.call('questions.answer', { id, choice }), `${device.name}: answer`);
  }
  return approved;
}
