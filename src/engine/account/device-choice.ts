import { z } from 'zod';
import { type DeviceChoice, type DeviceLimitError, deviceChoice, TidemarkError } from '../../contract/index.ts';
import type { SecretStore } from '../environment.ts';

/** Name of the secret that holds a choice of devices: whoever has it can sign in. */
export const CHOICE_SECRET = 'device-choice';

const kept = z.object({ server: z.string(), limit: z.number(), choice: deviceChoice });
type KeptChoice = z.infer<typeof kept>;

/** Keeps what came with `device_limit`, and answers the error without its secret. Throws what the secret store says. */
export async function keepChoice(secrets: SecretStore, server: string, error: DeviceLimitError): Promise<TidemarkError> {
  const limit = Number(error.params['limit']);
  await secrets.set(CHOICE_SECRET, JSON.stringify({ server, limit, choice: error.choice } satisfies KeptChoice));
  return new TidemarkError('device_limit', { limit });
}

export async function keptChoice(secrets: SecretStore): Promise<KeptChoice | null> {
  const text = await secrets.get(CHOICE_SECRET);
  if (text === null) return null;
  try {
    return kept.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The proof that stands for a sign-in at this cloud. Throws `choice_over`. */
export async function choiceFor(secrets: SecretStore, server: string): Promise<DeviceChoice['token']> {
  const found = await keptChoice(secrets);
  if (found?.server !== server) throw new TidemarkError('choice_over');
  return found.choice.token;
}

export async function dropChoice(secrets: SecretStore): Promise<void> {
  if ((await secrets.get(CHOICE_SECRET)) !== null) await secrets.delete(CHOICE_SECRET);
}
