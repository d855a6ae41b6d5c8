import { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import got from 'got';
import { secondMs } from '../../../base/index.ts';
import { TidemarkError } from '../../../contract/index.ts';
import { connectionFault } from './fault.ts';

/** Waits of one request, in milliseconds. */
export interface Waits {
  readonly connectMs: number;
  /** Without any byte either way. A slow line may take as long as it needs. */
  readonly silenceMs: number;
}

export const defaultWaits: Waits = { connectMs: 10 * secondMs, silenceMs: 60 * secondMs };

export interface Question {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** An answer that is longer is cut off and refused. */
  readonly maxAnswerBytes: number;
  /** Added to the silence that is borne, for long polls. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: Uint8Array;
}

/** Bytes to and from one server: kept-alive HTTP/1.1 without redirects, decompression or retries. */
export class Line {
  readonly server: string;
  readonly #waits: Waits;
  readonly #http = new HttpAgent({ keepAlive: true, maxFreeSockets: 8, scheduling: 'lifo' });
  readonly #https = new HttpsAgent({ keepAlive: true, maxFreeSockets: 8, scheduling: 'lifo' });

  constructor(server: string, waits: Waits = defaultWaits) {
    this.server = server;
    this.#waits = waits;
  }

  async ask(question: Question): Promise<Answer> {
    const { signal } = question;
    if (signal?.aborted === true) throw new TidemarkError('aborted');
    const silenceMs = this.#waits.silenceMs + (question.patienceMs ?? 0);
    try {
      const stream = got.stream(`${this.server}${question.path}`, {
        method: question.method,
        headers: { ...question.headers },
        ...(question.body === undefined ? {} : { body: question.body }),
        ...(signal === undefined ? {} : { signal }),
        agent: { http: this.#http, https: this.#https },
        retry: { limit: 0 },
        timeout: {
          lookup: this.#waits.connectMs,
          connect: this.#waits.connectMs,
          secureConnect: this.#waits.connectMs,
          socket: silenceMs,
          response: silenceMs,
        },
        throwHttpErrors: false,
        followRedirect: false,
        decompress: false,
        http2: false,
      });
      // An answer may be over before the last of the request counts as sent; got then still listens to the signal, and an
      // abort that comes later would be an error that nobody hears, which ends the process.
      stream.on('error', () => undefined);
      // Without a body in its options, the stream would wait for someone to write one.
      if (question.body === undefined && question.method !== 'GET') stream.end();
      return await this.#read(stream, question);
    } catch (thrown) {
      throw connectionFault(thrown, this.server, signal);
    }
  }

  async #read(stream: ReturnType<typeof got.stream>, question: Question): Promise<Answer> {
    let head: IncomingMessage | undefined;
    stream.once('response', (response: IncomingMessage) => {
      head = response;
      // Lying about the length in the header is caught below; an honest giant is not even begun.
      if (Number(response.headers['content-length'] ?? 0) > question.maxAnswerBytes) stream.destroy(this.#tooLong());
    });
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      length += chunk.byteLength;
      if (length > question.maxAnswerBytes) throw this.#tooLong();
      chunks.push(chunk);
    }
    if (head === undefined) throw new TidemarkError('cloud_unreachable', { server: this.server });
    const { statusCode, headers, complete } = head;
    if (!complete) throw new TidemarkError('cloud_unreachable', { server: this.server, detail: 'answer cut short' });
    const header = (name: string): string | undefined => {
      const value = headers[name];
      return Array.isArray(value) ? value[0] : value;
    };
    const only = chunks.length === 1 ? chunks[0] : undefined;
    return { status: statusCode ?? 0, header, body: only ?? Buffer.concat(chunks, length) };
  }

  #tooLong(): TidemarkError {
    return new TidemarkError('cloud_answer_invalid', { server: this.server, field: 'length' });
  }

  /** Ends every connection, those in use too. New requests make new ones. */
  hangUp(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  close(): void {
    this.hangUp();
  }
}
