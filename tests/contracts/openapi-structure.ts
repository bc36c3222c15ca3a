export type Json = Record<string, unknown>;

export interface Operation {
  operationId?: string;
  tags?: string[];
  summary?: string;
  security?: Json[];
  parameters?: { name: string; in: string; required?: boolean; schema: Json }[];
  requestBody?: { content: Record<string, { schema: Json }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: Json }> }>;
  [extension: `x-${string}`]: unknown;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isBoolean = (value: unknown): boolean => typeof value === 'boolean';
const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
const isPattern = (value: unknown): boolean => {
  try {
    return isText(value) && new RegExp(value, 'u') instanceof RegExp;
  } catch {
    return false;
  }
};
const types = ['null', 'boolean', 'object', 'array', 'number', 'string', 'integer'];

/** Keywords of JSON Schema 2020-12 whose value is no schema. */
const keywords: Record<string, (value: unknown) => boolean> = {
  type: (value) => [value].flat().every((type) => types.includes(type as string)),
  enum: (value) => Array.isArray(value) && value.length > 0,
  const: () => true,
  default: () => true,
  required: (value) => Array.isArray(value) && value.every(isText) && new Set(value).size === value.length,
  minimum: isNumber,
  maximum: isNumber,
  exclusiveMinimum: isNumber,
  exclusiveMaximum: isNumber,
  minLength: isCount,
  maxLength: isCount,
  minItems: isCount,
  maxItems: isCount,
  pattern: isPattern,
  format: isText,
  description: isText,
  title: isText,
};
const oneSchema = ['items', 'additionalProperties', 'propertyNames', 'not', 'contains'];
const schemaList = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
const methods = ['get', 'post', 'put', 'delete', 'options', 'head', 'patch', 'trace'];

/** Holds a document against OpenAPI 3.1 and answers with what is wrong, each with its place. */
export function checkDocument(document: unknown): string[] {
  const wrong: string[] = [];
  const ids = new Set<string>();

  const expectThat = (holds: boolean, at: string, what: string): void => {
    if (!holds) wrong.push(`${at}: ${what}`);
  };
  const onlyKeys = (value: Json, allowed: readonly string[], at: string): void => {
    for (const key of Object.keys(value))
      expectThat(allowed.includes(key) || key.startsWith('x-'), at, `unknown field ${key}`);
  };

  const resolves = (reference: unknown): boolean => {
    if (!isText(reference) || !reference.startsWith('#/')) return false;
    let target: unknown = document;
    for (const part of reference.slice(2).split('/')) target = isObject(target) ? target[part] : undefined;
    return target !== undefined;
  };

  const checkSchema = (schema: unknown, at: string): void => {
    if (typeof schema === 'boolean') return;
    if (!isObject(schema)) return void wrong.push(`${at}: not a schema`);
    for (const [key, value] of Object.entries(schema)) {
      const place = `${at}/${key}`;
      if (key === '$ref') expectThat(resolves(value), place, 'leads nowhere');
      else if (key === 'properties' || key === 'patternProperties' || key === '$defs') {
        if (!isObject(value)) wrong.push(`${place}: not an object`);
        else for (const [name, inner] of Object.entries(value)) checkSchema(inner, `${place}/${name}`);
      } else if (oneSchema.includes(key)) checkSchema(value, place);
      else if (schemaList.includes(key)) {
        expectThat(Array.isArray(value) && value.length > 0, place, 'not a list');
        for (const [index, inner] of [value].flat().entries()) checkSchema(inner, `${place}/${index}`);
      } else expectThat(keywords[key]?.(value) ?? false, place, 'unknown keyword or wrong value');
    }
    const { properties } = schema;
    if (Array.isArray(schema.required) && isObject(properties))
      for (const name of schema.required) expectThat(name in properties, `${at}/required`, `${name} is no property`);
  };

  const checkContent = (content: unknown, at: string): void => {
    if (!isObject(content)) return void wrong.push(`${at}: not an object`);
    for (const [type, media] of Object.entries(content)) {
      expectThat(/^[a-z]+\/[a-z0-9.+-]+$/.test(type), at, `${type} is no media type`);
      if (!isObject(media)) wrong.push(`${at}/${type}: not an object`);
      else {
        onlyKeys(media, ['schema', 'example', 'examples', 'encoding'], `${at}/${type}`);
        if (media.schema !== undefined) checkSchema(media.schema, `${at}/${type}`);
      }
    }
  };

  const checkSecurity = (security: unknown, at: string): void => {
    expectThat(Array.isArray(security), at, 'not a list');
    for (const requirement of [security].flat())
      for (const [name, scopes] of Object.entries(isObject(requirement) ? requirement : {})) {
        expectThat(resolves(`#/components/securitySchemes/${name}`), at, `${name} is no security scheme`);
        expectThat(Array.isArray(scopes), at, `${name} has no list of scopes`);
      }
  };

  const checkParameters = (parameters: unknown, at: string): void => {
    const seen = new Set<string>();
    for (const [index, parameter] of [parameters].flat().entries()) {
      const place = `${at}/${index}`;
      if (!isObject(parameter)) {
        wrong.push(`${place}: not an object`);
        continue;
      }
      onlyKeys(parameter, ['name', 'in', 'required', 'schema', 'description', 'deprecated'], place);
      expectThat(isText(parameter.name), place, 'has no name');
      expectThat(['query', 'header', 'path', 'cookie'].includes(parameter.in as string), place, 'is nowhere');
      expectThat(isBoolean(parameter.required ?? false), place, 'required is no boolean');
      expectThat(!seen.has(`${String(parameter.in)} ${String(parameter.name)}`), place, 'stands there twice');
      seen.add(`${String(parameter.in)} ${String(parameter.name)}`);
      checkSchema(parameter.schema, place);
    }
  };

  const checkOperation = (operation: unknown, at: string): void => {
    if (!isObject(operation)) return void wrong.push(`${at}: not an object`);
    onlyKeys(
      operation,
      [
        'tags',
        'summary',
        'description',
        'operationId',
        'parameters',
        'requestBody',
        'responses',
        'security',
        'deprecated',
      ],
      at,
    );
    expectThat(isText(operation.operationId) && !ids.has(operation.operationId), at, 'has no operationId of its own');
    ids.add(String(operation.operationId));
    expectThat(isText(operation.summary), at, 'has no summary');
    if (operation.security !== undefined) checkSecurity(operation.security, `${at}/security`);
    if (operation.parameters !== undefined) checkParameters(operation.parameters, `${at}/parameters`);
    if (operation.requestBody !== undefined) {
      const body = operation.requestBody;
      if (!isObject(body)) wrong.push(`${at}/requestBody: not an object`);
      else {
        onlyKeys(body, ['content', 'required', 'description'], `${at}/requestBody`);
        checkContent(body.content, `${at}/requestBody`);
      }
    }
    const { responses } = operation;
    if (!isObject(responses) || Object.keys(responses).length === 0) return void wrong.push(`${at}: has no responses`);
    for (const [status, response] of Object.entries(responses)) {
      const place = `${at}/responses/${status}`;
      expectThat(/^([1-5]\d\d|[1-5]XX|default)$/.test(status), place, 'is no status');
      if (!isObject(response)) {
        wrong.push(`${place}: not an object`);
        continue;
      }
      onlyKeys(response, ['description', 'headers', 'content', 'links'], place);
      expectThat(isText(response.description), place, 'has no description');
      if (response.content !== undefined) checkContent(response.content, place);
    }
  };

  if (!isObject(document)) return ['the document is no object'];
  onlyKeys(document, ['openapi', 'info', 'servers', 'paths', 'components', 'security', 'tags', 'externalDocs'], '');
  expectThat(/^3\.1\.\d+$/.test(String(document.openapi)), '/openapi', 'is not 3.1');
  const info = isObject(document.info) ? document.info : {};
  expectThat(isText(info.title) && isText(info.version), '/info', 'needs title and version');
  for (const server of [document.servers].flat())
    expectThat(isObject(server) && isText(server.url) && URL.canParse(server.url), '/servers', 'have no URL');
  checkSecurity(document.security, '/security');
  const components = isObject(document.components) ? document.components : {};
  onlyKeys(components, ['schemas', 'securitySchemes', 'responses', 'parameters', 'headers'], '/components');
  for (const [name, schema] of Object.entries(isObject(components.schemas) ? components.schemas : {}))
    checkSchema(schema, `/components/schemas/${name}`);
  for (const [name, scheme] of Object.entries(isObject(components.securitySchemes) ? components.securitySchemes : {}))
    expectThat(
      isObject(scheme) &&
        ((scheme.type === 'http' && isText(scheme.scheme)) ||
          (scheme.type === 'apiKey' &&
            isText(scheme.name) &&
            ['query', 'header', 'cookie'].includes(scheme.in as string))),
      `/components/securitySchemes/${name}`,
      'is no security scheme',
    );
  for (const [path, item] of Object.entries(isObject(document.paths) ? document.paths : {})) {
    expectThat(path.startsWith('/'), `/paths/${path}`, 'begins with no slash');
    if (!isObject(item)) wrong.push(`/paths/${path}: not an object`);
    else
      for (const [method, operation] of Object.entries(item)) {
        expectThat(methods.includes(method), `/paths/${path}`, `${method} is no method`);
        checkOperation(operation, `/paths/${path}/${method}`);
      }
  }
  return wrong;
}
