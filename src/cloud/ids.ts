import { createHash } from 'node:crypto';
import { pooledRandom } from './random-pool.ts';

/** 128 random bits as the contract writes them. */
export const randomId = (): string => pooledRandom(16).toString('hex');

/** How secrets that come back later (tokens, invites) are stored: a copy of the database opens nothing. */
export const digestOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');
