import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Route, routes } from '../contract/index.ts';
import { openApiDocument } from './openapi.ts';

interface Operation {
  readonly operationId: string;
  readonly security: readonly object[];
  readonly parameters?: readonly { name: string; in: string; required: boolean; schema: object }[];
  readonly requestBody?: { content: Record<string, { schema: object }> };
  readonly responses: Record<string, { content: Record<string, { schema: object }> }>;
}

const document = JSON.parse(JSON.stringify(openApiDocument('1.2.3'))) as {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
};
const entries = Object.entries(routes) as [string, Route][];
const schema = (type: z.ZodType, io: 'input' | 'output'): object => {
  const json: Record<string, unknown> = { ...z.toJSONSchema(type, { io }) };
  delete json['$schema'];
  return json;
};
const operationOf = (route: Route): Operation | undefined =>
  document.paths[route.path.replaceAll(/:(\w+)/g, '{$1}')]?.[route.method.toLowerCase()];

describe('the OpenAPI document', () => {
  it('has the operations of the contract, each once', () => {
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    expect(operations.map((operation) => operation.operationId).sort()).toEqual(Object.keys(routes).sort());
    expect(document.openapi).toBe('3.1.0');
  });

  it.each(entries)('describes %s as its schemas do', (name, route) => {
    const operation = operationOf(route);
    expect(operation?.operationId).toBe(name);
    expect(operation?.security).toHaveLength(route.auth ? 1 : 0);
    const body = operation?.requestBody?.content[route.bodyType ?? 'application/json']?.schema;
    expect(body).toEqual(
      route.body === undefined
        ? route.bodyType === undefined
          ? undefined
          : { type: 'string', format: 'binary' }
        : schema(route.body, 'input'),
    );
    const answer = operation?.responses['200']?.content;
    expect(answer).toEqual(
      route.response === undefined
        ? { [route.responseType ?? '']: { schema: { type: 'string', format: 'binary' } } }
        : { 'application/json': { schema: schema(route.response, 'output') } },
    );
    expect(operation?.responses['default']?.content).toHaveProperty(['application/problem+json']);
    const named = [...route.path.matchAll(/:(\w+)/g)].map((match) => match[1]);
    expect(operation?.parameters?.filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name) ?? []).toEqual(named);
  });

  it('says which parameters are needed', () => {
    const required = (route: Route): string[] =>
      (operationOf(route)?.parameters ?? []).filter((parameter) => parameter.required).map((parameter) => parameter.name);
    expect(required(routes.delta)).toEqual([]);
    expect(required(routes.deltaWait)).toEqual(['cursor']);
    expect(required(routes.commit)).toEqual(['Idempotency-Key']);
    expect(required(routes.versionContent)).toEqual(['id', 'version']);
  });
});
