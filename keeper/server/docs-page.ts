import { createHash } from "node:crypto";

type Operation = {
  summary?: string;
  description?: string;
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: unknown }[];
  requestBody?: { content?: Record<string, { schema?: unknown }> };
  responses?: Record<string, { content?: Record<string, { schema?: unknown }> }>;
  security?: unknown[];
};
/** As much of an OpenAPI document as the page shows. */
export type ApiDocument = {
  info?: { title?: string; description?: string };
  paths?: Record<string, Record<string, Operation>>;
};

const STYLE = `
:root{color-scheme:light dark;--paper:light-dark(#f6f4ef,#131412);--ink:light-dark(#1c1b18,#eceae2);--muted:light-dark(#5d594f,#aaa699);--line:light-dark(#b9b2a1,#2d2f29);--sunken:light-dark(#edeae2,#1a1b18);--accent:light-dark(#14513f,#7cc4a6)}
body{background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1.5rem}
a{color:var(--accent)}h1,h2{letter-spacing:-.02em;line-height:1.25}h2{border-top:1px solid var(--line);font-size:1.1rem;margin-top:2rem;padding-top:1rem}
h2,pre,code{overflow-wrap:anywhere}h2 code{color:var(--accent)}
pre{background:var(--sunken);border:1px solid var(--line);border-radius:3px;overflow:auto;padding:.75rem;font-size:.8rem;white-space:pre-wrap}
summary{cursor:pointer;color:var(--muted);min-height:1.6rem}p{max-width:45rem}`;

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** Escaped text in which what stands between backquotes is code. */
const prose = (text: string): string => escape(text).replaceAll(/`([^`]*)`/g, "<code>$1</code>");

const schemaOf = (of: { content?: Record<string, { schema?: unknown }> } | undefined): unknown =>
  of?.content?.["application/json"]?.schema;

const details = (title: string, schema: unknown): string =>
  schema === undefined
    ? ""
    : `<details><summary>${escape(title)}</summary><pre tabindex="0">${escape(JSON.stringify(schema, null, 2))}</pre></details>`;

const parameter = ({
  name,
  in: place,
  required,
  description,
}: NonNullable<Operation["parameters"]>[number]): string =>
  `<li><code>${escape(name)}</code> (${escape(place)}${required ? "" : ", may be left out"})${description ? `: ${prose(description)}` : ""}</li>`;

const section = (path: string, method: string, operation: Operation): string =>
  [
    `<h2><code>${escape(method.toUpperCase())} ${escape(path)}</code></h2>`,
    `<p><strong>${escape(operation.summary ?? "")}</strong> ${prose(operation.description ?? "")}</p>`,
    operation.parameters?.length ? `<ul>${operation.parameters.map(parameter).join("")}</ul>` : "",
    details("Body", schemaOf(operation.requestBody)),
    ...Object.entries(operation.responses ?? {}).map(([status, response]) =>
      details(`Answer ${status}`, schemaOf(response)),
    ),
  ].join("");

/** The document as one page that needs nothing else: no script, no font, no picture. */
export const renderDocs = (document: ApiDocument): string => {
  const sections = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => section(path, method, operation)),
  );
  const title = escape(`${document.info?.title ?? "Keyfold"} API`);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title><style>${STYLE}</style></head><body><main><h1>${title}</h1><p>${prose(document.info?.description ?? "")}</p><p>For programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1).</p>${sections.join("")}</main></body></html>`;
};

/** Nothing but the page's own style may be loaded, and nothing may run. */
export const DOCS_HEADERS = {
  "content-security-policy": `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
} as const;
