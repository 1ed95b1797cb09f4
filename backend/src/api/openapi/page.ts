import type { ApiDocument, ApiOperation, JsonSchema } from './document.ts';

/** The document as one page without scripts: for people who look something up. */
export function documentPage({ info, tags, paths, components }: ApiDocument, nonce: string): string {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const areas = tags.map(({ name }) => {
    const own = all.filter(({ operation }) => operation.tags.includes(name));
    return `<section id="${escaped(name)}"><h2>${escaped(name)}</h2>${own.map(route).join('')}</section>`;
  });
  const schemas = Object.entries(components.schemas ?? {}).map(
    ([name, schema]) => `<h3 id="schema-${escaped(name)}">${escaped(name)}</h3>${code(schema)}`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>certferry API ${escaped(info.version)}</title>
<style nonce="${escaped(nonce)}">${STYLE}</style>
</head>
<body>
<header>
<h1>certferry API</h1>
<p>${words(info.description)}</p>
<p>For programs: <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1). In the examples, <code>$url</code> is the address of the daemon, and
<code>$auth</code> is <code>Authorization: Bearer TOKEN</code> with an API token.</p>
<nav>${tags.map(({ name }) => `<a href="#${escaped(name)}">${escaped(name)}</a>`).join(' ')} <a href="#schemas">schemas</a></nav>
</header>
<main>
${areas.join('\n')}
<section id="schemas"><h2>Schemas</h2>${schemas.join('')}</section>
</main>
</body>
</html>
`;
}

interface Shown {
  readonly method: string;
  readonly path: string;
  readonly operation: ApiOperation;
}

function route({ method, path, operation }: Shown): string {
  const { summary, parameters, requestBody, responses, operationId } = operation;
  const rows = parameters.map(
    ({ name, in: place, required, description = '', schema }) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${place}${required ? '' : ', optional'}</td><td>${
        words(description) || short(schema)
      }</td></tr>`,
  );
  const body = requestBody?.content['application/json']?.schema;
  const [status = '', answer] = Object.entries(responses)[0] ?? [];
  return `<details id="${escaped(operationId)}">
<summary><b>${method}</b> <code>/api/v1${escaped(path)}</code> ${words(summary)} <i>${escaped(operation['x-role'])}</i></summary>
${rows.length === 0 ? '' : `<table><tbody>${rows.join('')}</tbody></table>`}
<pre><code>${escaped(example({ method, path, operation }))}</code></pre>
${body ? `<p>Body${requestBody?.required ? '' : ', optional'}:</p>${code(body)}` : ''}
<p>Answer ${escaped(status)}:</p>${code(answer ?? {})}
</details>
`;
}

function example({ method, path, operation }: Shown): string {
  const { requestBody } = operation;
  const address = `"$url/api/v1${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase())}"`;
  return [
    'curl -s',
    ...(operation.security.length === 0 ? [] : ['-H "$auth"']),
    ...(method === 'GET' ? [] : [`-X ${method}`]),
    address,
    ...(requestBody ? ["-H 'Content-Type: application/json' -d '{…}'"] : []),
  ].join(' ');
}

function short({ type, minimum, maximum, enum: values }: JsonSchema): string {
  if (Array.isArray(values)) return escaped(values.join(', '));
  const range = typeof minimum === 'number' && typeof maximum === 'number' ? ` ${minimum} to ${maximum}` : '';
  return escaped(`${typeof type === 'string' ? type : ''}${range}`);
}

function code(value: unknown): string {
  const text = escaped(JSON.stringify(value, null, 2));
  const linked = text.replaceAll(
    /#\/components\/schemas\/(\w+)/g,
    (whole, name: string) => `<a href="#schema-${name}">${whole}</a>`,
  );
  return `<pre><code>${linked}</code></pre>`;
}

/** Text with `code` in it. */
function words(text: string): string {
  return escaped(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 64rem; margin: 0 auto; padding: 1rem; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; }
summary { cursor: pointer; padding: .35rem 0; }
summary i { opacity: .7; }
details { border-bottom: 1px solid #8884; }
pre { overflow-x: auto; background: #8881; padding: .5rem; max-height: 24rem; }
table { border-collapse: collapse; } td { padding: .15rem 1rem .15rem 0; vertical-align: top; }
`;
