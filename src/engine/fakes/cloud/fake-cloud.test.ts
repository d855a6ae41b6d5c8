import { SeededRandom } from '../random.ts';
import { FakeClock } from '../clock.ts';
import { describeCloud } from './conformance.ts';
import { FakeCloud } from './fake-cloud.ts';

describeCloud('the fake', () => {
  const clock = new FakeClock();
  const cloud = new FakeCloud({ clock, random: new SeededRandom(1), server: 'https://fake.invalid' });
  return Promise.resolve({ connect: () => cloud.api(), passTime: (ms) => clock.advance(ms), close: () => Promise.resolve() });
});
