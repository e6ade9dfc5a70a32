import { html } from 'hono/html';
import {
  type ApiDocument,
  listOperations,
  type Operation,
  type PlacedOperation,
} from '../openapi/openapi-document.ts';
import { type Html, layout } from './layout.ts';

type SchemaOrReference = NonNullable<NonNullable<ApiDocument['components']>['schemas']>[string];
type Parameter = NonNullable<Operation['parameters']>[number];

/** The API's description to read and to search in the browser, made from its OpenAPI document. */
export function docsPage(document: ApiDocument, root: string): Html {
  const entries = listOperations(document);
  const schemas = Object.entries(document.components?.schemas ?? {});
  return layout(
    { title: 'API', root },
    html`<h1>HTTP API</h1>
<p>${document.info.description} For programs: <a href="${root}openapi.json">openapi.json</a>.</p>
<nav><ul class="links">${entries.map(link)}</ul></nav>
${entries.map(section)}
<h2>Schemas</h2>
${schemas.map(schemaSection)}`,
  );
}

function link({ method, path, operation }: PlacedOperation): Html {
  return html`<li><a href="#${anchor(method, path)}"><code>${method.toUpperCase()} ${path}</code></a> <span>${operation.summary}</span></li>`;
}

function section({ method, path, operation }: PlacedOperation): Html {
  return html`<section id="${anchor(method, path)}">
<h2><code>${method.toUpperCase()} ${path}</code></h2>
<p>${operation.summary}. ${operation.description ?? ''} ${operation.security?.length ? 'Takes a bearer token.' : ''}</p>
${operation.parameters?.length ? html`<h3>Parameters</h3><dl>${operation.parameters.map(parameter)}</dl>` : ''}
${operation.requestBody ? html`<h3>Body</h3>${content(operation.requestBody)}` : ''}
<h3>Answers</h3>
<dl>${Object.entries(operation.responses ?? {}).map(
    ([status, response]) =>
      html`<dt>${status}</dt><dd>${'description' in response ? response.description : ''}${Number(status) < 300 ? content(response) : ''}</dd>`,
  )}</dl>
</section>`;
}

function parameter(found: Parameter): Html {
  if (!('name' in found)) return html``;
  const about = found.schema && 'description' in found.schema ? found.schema.description : undefined;
  return html`<dt><code>${found.name}</code> <small>${found.in}${found.required ? ', required' : ''}</small></dt>
<dd>${found.description ?? about ?? ''}</dd>`;
}

function content(holder: object): Html {
  const types = 'content' in holder ? (holder.content as Record<string, { schema?: SchemaOrReference }>) : {};
  return html`${Object.values(types).map(({ schema }) => (schema ? schemaText(schema) : ''))}`;
}

function schemaSection([name, schema]: [string, SchemaOrReference]): Html {
  return html`<section id="schema-${name}"><h3>${name}</h3>${schemaText(schema)}</section>`;
}

function schemaText(schema: SchemaOrReference): Html {
  if ('$ref' in schema && typeof schema.$ref === 'string') {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return html`<p><a href="#schema-${name}">${name}</a></p>`;
  }
  return html`<pre>${JSON.stringify(schema, null, 2)}</pre>`;
}

function anchor(method: string, path: string): string {
  return `${method}${path.replace(/[^a-z0-9]+/gi, '-')}`;
}
