import { titleOf } from './problem';

/** The parts of a JSON Schema (2020-12) that zod writes and this page shows. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  example?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
}

interface Content {
  [contentType: string]: { schema?: Schema };
}

interface Operation {
  summary: string;
  description?: string;
  tags: string[];
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema: Schema }[];
  requestBody?: { content: Content };
  responses: Record<string, { description: string; content?: Content }>;
  'x-errors'?: string[];
}

/** As much of an OpenAPI document as the page shows. */
export interface ReferenceDocument {
  info: { title: string; version: string; description: string };
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
}

const style = `
  :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1rem; }
  h2 { margin: 2.5rem 0 .5rem; text-transform: capitalize; }
  nav ul { columns: 3 14rem; padding: 0; list-style: none; }
  details { border-top: 1px solid var(--line); padding: .4rem 0; }
  summary { cursor: pointer; }
  summary small { opacity: .75; }
  .method { display: inline-block; width: 4.2em; font: 600 .8em ui-monospace, monospace; }
  code, pre { font: .86em ui-monospace, monospace; }
  pre { overflow-x: auto; padding: .6rem; border: 1px solid var(--line); }
  table { border-collapse: collapse; width: 100%; }
  td, th { text-align: left; vertical-align: top; padding: .15rem .6rem .15rem 0; border-bottom: 1px solid var(--line); }
  td:first-child { white-space: nowrap; }`;

/** The whole page for people, made on the server, with nothing from elsewhere and no script. */
export function referencePage(document: ReferenceDocument): string {
  const byTag = new Map<string, string[]>();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags[0] ?? '';
      byTag.set(tag, [...(byTag.get(tag) ?? []), operationHtml(method, path, operation, document)]);
    }
  }
  const tags = [...byTag.keys()];
  const { title, version, description } = document.info;
  return page(
    `${title} API`,
    `<h1>${escapeHtml(title)} API <small>${escapeHtml(version)}</small></h1>
     <p>${escapeHtml(description)} For machines: <a href="/openapi.json">openapi.json</a>.</p>
     <p>Send a key as <code>Authorization: Bearer &lt;key&gt;</code>. Send an <code>Idempotency-Key</code> with each POST:
     a repeat with the same key and body gets the same response, and nothing is done twice. Lists return
     <code>{items, nextCursor}</code>, or all entries as CSV with <code>Accept: text/csv</code>. Problems are
     <code>application/problem+json</code>; their <code>type</code> opens a page that explains them.</p>
     <nav><ul>${tags.map((tag) => `<li><a href="#${slug(tag)}">${escapeHtml(tag)}</a></li>`).join('')}</ul></nav>
     ${tags.map((tag) => `<h2 id="${slug(tag)}">${escapeHtml(tag)}</h2>${byTag.get(tag)!.join('')}`).join('')}`,
  );
}

/** The page that the `type` of a problem opens. */
export function problemPage(code: string, meaning: string, raisedBy: string[]): string {
  return page(
    titleOf(code),
    `<h1>${escapeHtml(titleOf(code))}</h1><p><code>${escapeHtml(code)}</code></p>
     <p>${escapeHtml(meaning)}</p>
     ${raisedBy.length ? `<p>Returned by:</p><ul>${raisedBy.map((one) => `<li><code>${escapeHtml(one)}</code></li>`).join('')}</ul>` : ''}
     <p>The <code>detail</code> of the response says what is wrong with the request. <a href="/reference">API reference</a></p>`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>${style}</style></head><body>${body}</body></html>`;
}

function operationHtml(
  method: string,
  path: string,
  operation: Operation,
  document: ReferenceDocument,
): string {
  const bodySchema = operation.requestBody && Object.values(operation.requestBody.content)[0]?.schema;
  const parameters = (operation.parameters ?? []).map(
    ({ name, in: place, required, description, schema }) =>
      `<tr><td><code>${escapeHtml(name)}</code></td><td>${place}${required ? ', required' : ''}</td>
       <td>${escapeHtml(typeOf(schema, document))}</td><td>${escapeHtml(description ?? schema.description ?? '')}</td></tr>`,
  );
  const answers = Object.entries(operation.responses)
    .filter(([status]) => status !== 'default')
    .map(([status, { description, content }]) => {
      const [[contentType, { schema }] = ['', {} as { schema?: Schema }]] = Object.entries(content ?? {});
      const isProblem = contentType.includes('problem');
      return `<p><b>${status}</b> ${escapeHtml(description)}</p>${schema && !isProblem ? fieldsHtml(schema, document) : ''}`;
    });
  const errors = (operation['x-errors'] ?? []).map(
    (code) => `<a href="/problems/${code}"><code>${code}</code></a>`,
  );
  return `<details id="${slug(`${method} ${path}`)}">
    <summary><span class="method">${method.toUpperCase()}</span> <code>${escapeHtml(path)}</code>
      <small>${escapeHtml(operation.summary)}</small></summary>
    ${(operation.description ?? '')
      .split('\n\n')
      .map((line) => `<p>${escapeHtml(line)}</p>`)
      .join('')}
    ${parameters.length ? `<h4>Parameters</h4><table>${parameters.join('')}</table>` : ''}
    ${bodySchema ? `<h4>Body</h4>${fieldsHtml(bodySchema, document)}` : ''}
    <h4>Example</h4><pre>${escapeHtml(curl(method, path, bodySchema, document))}</pre>
    <h4>Answers</h4>${answers.join('')}
    ${errors.length ? `<p>Problems of its own: ${errors.join(', ')}</p>` : ''}
  </details>`;
}

function fieldsHtml(schema: Schema, document: ReferenceDocument): string {
  const rows = fieldRows(schema, document, '', 0);
  if (!rows.length) return `<p>${escapeHtml(typeOf(schema, document))}</p>`;
  return `<table>${rows.join('')}</table>`;
}

// Schemas here are trees; the bound only keeps the page short.
const deepest = 5;

function fieldRows(given: Schema, document: ReferenceDocument, prefix: string, depth: number): string[] {
  const schema = resolve(given, document);
  if (schema.items) return fieldRows(schema.items, document, `${prefix}[]`, depth);
  const parts = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (parts) return parts.flatMap((part) => fieldRows(part, document, prefix, depth));
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const at = prefix ? `${prefix}.${name}` : name;
    const needed = schema.required?.includes(name) ? '' : 'optional';
    const about = [field.description ?? resolve(field, document).description, needed]
      .filter(Boolean)
      .join(' — ');
    const row = `<tr><td><code>${escapeHtml(at)}</code></td><td>${escapeHtml(typeOf(field, document))}</td><td>${escapeHtml(about)}</td></tr>`;
    return depth < deepest ? [row, ...fieldRows(field, document, at, depth + 1)] : [row];
  });
}

/** A type in a few words: `integer 1…200, default 50`. */
function typeOf(given: Schema, document: ReferenceDocument): string {
  const schema = resolve(given, document);
  if (schema.enum) return schema.enum.map(String).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const parts = schema.anyOf ?? schema.oneOf;
  if (parts) return [...new Set(parts.map((part) => typeOf(part, document)))].join(' | ');
  if (schema.items)
    return `list of ${typeOf(schema.items, document)}${range(schema.minItems, schema.maxItems)}`;
  const name =
    schema.format ?? (Array.isArray(schema.type) ? schema.type.join(' | ') : (schema.type ?? 'anything'));
  const limits =
    schema.type === 'string'
      ? range(schema.minLength, schema.maxLength)
      : range(schema.minimum, schema.maximum);
  const preset = schema.default === undefined ? '' : `, default ${JSON.stringify(schema.default)}`;
  return `${name}${limits}${preset}`;
}

function range(min: number | undefined, max: number | undefined): string {
  const shown = (value: number | undefined) =>
    value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? '' : String(value);
  return shown(min) || shown(max) ? ` ${shown(min)}…${shown(max)}` : '';
}

function curl(method: string, path: string, body: Schema | undefined, document: ReferenceDocument): string {
  const lines = [
    `curl -X ${method.toUpperCase()} "$TRIBUTARY_URL${path}"`,
    '-H "Authorization: Bearer $TRIBUTARY_KEY"',
  ];
  if (method === 'post') lines.push('-H "Idempotency-Key: $(uuidgen)"');
  if (body) {
    lines.push('-H "Content-Type: application/json"', `-d '${JSON.stringify(exampleOf(body, document))}'`);
  }
  return lines.join(' \\\n  ');
}

/** A value of the right form, of the required fields only. */
function exampleOf(given: Schema, document: ReferenceDocument): unknown {
  const schema = resolve(given, document);
  if (schema.example !== undefined) return schema.example;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  if (schema.const !== undefined) return schema.const;
  const part = (schema.anyOf ?? schema.oneOf)?.[0];
  if (part) return exampleOf(part, document);
  if (schema.items) return schema.minItems === 0 ? [] : [exampleOf(schema.items, document)];
  if (schema.properties) {
    const needed = schema.required ?? [];
    return Object.fromEntries(needed.map((name) => [name, exampleOf(schema.properties![name]!, document)]));
  }
  if (schema.type === 'integer' || schema.type === 'number') return Math.max(schema.minimum ?? 1, 1);
  if (schema.type === 'boolean') return true;
  return exampleTexts[schema.format ?? ''] ?? '…';
}

const exampleTexts: Record<string, string> = {
  'date-time': '2026-11-22T08:00:00+08:00',
  date: '2026-11-22',
  uuid: '01a20153-9024-75ed-882c-b2f9524ca828',
  email: 'li@example.com',
};

function resolve(schema: Schema, document: ReferenceDocument): Schema {
  const name = schema.$ref?.split('/').at(-1);
  return (name && document.components?.schemas?.[name]) || schema;
}

function slug(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (sign) => entities[sign]!);
}
