import { z } from 'zod';
import { problem, PROBLEM_MEDIA_TYPE, type Route, routes } from '../contract/index.ts';

type Json = Readonly<Record<string, unknown>>;

/** The OpenAPI 3.1 document of the cloud, made from the contract's table of routes. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [name, route] of Object.entries(routes) as [string, Route][]) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tidemark cloud',
      version,
      description: 'Keeps the folders of an account the same on every device.',
      license: { name: 'MIT' },
    },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    paths,
    components: {
      securitySchemes: { accessToken: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: schemaOf(problem, 'output') },
    },
  };
}

/** What one side writes and the other reads: 'input' for requests, where defaults may be left out. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  // The dialect is said once, for the whole document.
  return { ...z.toJSONSchema(schema, { target: 'draft-2020-12', io }), $schema: undefined };
}

function operation(operationId: string, route: Route): Json {
  const parameters = [...parametersIn('path', route.params), ...parametersIn('query', route.query)];
  if (route.idempotencyKey === true) {
    parameters.push({ name: 'Idempotency-Key', in: 'header', required: true, schema: { type: 'string', minLength: 1, maxLength: 200 } });
  }
  const type = route.bodyType ?? 'application/json';
  const body = route.body === undefined ? undefined : { [type]: { schema: schemaOf(route.body, 'input') } };
  const bytes = route.bodyType === undefined ? undefined : { [type]: { schema: { type: 'string', format: 'binary' } } };
  const content = body ?? bytes;
  return {
    operationId,
    summary: route.summary,
    security: route.auth ? [{ accessToken: [] }] : [],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(content === undefined ? {} : { requestBody: { required: true, content } }),
    responses: {
      200: { description: 'Done', content: answerContent(route) },
      default: {
        description: 'Problem details (RFC 9457)',
        content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function answerContent(route: Route): Json {
  if (route.response !== undefined) return { 'application/json': { schema: schemaOf(route.response, 'output') } };
  return { [route.responseType ?? 'application/octet-stream']: { schema: { type: 'string', format: 'binary' } } };
}

function parametersIn(place: 'path' | 'query', schema: z.ZodType | undefined): Json[] {
  if (schema === undefined) return [];
  // Query values come as text and are read as what the schema makes of them, so the output is what is described.
  const { properties = {} } = schemaOf(schema, 'output') as { properties?: Readonly<Record<string, unknown>> };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || isRequired(schema, name),
    schema: property,
  }));
}

function isRequired(schema: z.ZodType, name: string): boolean {
  const { required = [] } = schemaOf(schema, 'input') as { required?: readonly string[] };
  return required.includes(name);
}
