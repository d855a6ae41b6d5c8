import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { RouteName, routes } from '../../contract/index.ts';
import type { Author, Holder } from '../catalogue.ts';

type Table = typeof routes;
type Part<N extends RouteName, Key extends string> = Table[N] extends { readonly [K in Key]: infer S extends z.ZodType }
  ? z.output<S>
  : undefined;

/** One request, validated, as a handler gets it. */
export interface Call<N extends RouteName> {
  readonly params: Part<N, 'params'>;
  readonly query: Part<N, 'query'>;
  readonly body: Part<N, 'body'>;
  readonly holder: Table[N]['auth'] extends true ? Holder : undefined;
  readonly idempotencyKey: Table[N] extends { readonly idempotencyKey: true } ? string : undefined;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

/** A JSON answer as its schema has it; a stream or bytes where the table says so. */
export type Answer<N extends RouteName> = Table[N] extends { readonly response: infer S extends z.ZodType }
  ? z.input<S>
  : AsyncIterable<Buffer> | null;

export type Handlers = { readonly [N in RouteName]: (call: Call<N>) => Promise<Answer<N>> };

export const authorOf = ({ account, device }: Holder): Author => ({
  accountNo: account.no,
  deviceNo: device.no,
  deviceId: device.id,
  deviceName: device.name,
});
