import type { SeededRandom } from '../fakes/random.ts';
import type { SimDevice } from './device.ts';
import type { Scheduler } from './scheduler.ts';

export async function answerQuestions(device: SimDevice, random: SeededRandom, scheduler: Scheduler): Promise<void> {
  if (!device.running) return;
  const { questions } = await scheduler.until(device.call('questions.list', {}), `${device.name}: questions`);
  for (const { id, side, items } of questions) {
    const choice = random.pick(['keep', 'delete'] as const);
    scheduler.note(device.name, `person: ${choice} ${items} items gone ${side}`);
    await scheduler.until(device.call('questions.answer', { id, choice }), `${device.name}: answer`);
  }
}
