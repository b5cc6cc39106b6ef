// Makes one of the files that the build embeds into the binary.
//
//   node pack.mjs OUTPUT ranks NAME        a tokenizer's ranks, as core/tokens/ranks.cpp reads them
//   node pack.mjs OUTPUT gzip FILE         any file, compressed; FILE may be a path of a package
//   node pack.mjs OUTPUT redoc             redoc, asking nothing of the outside, compressed
//   node pack.mjs OUTPUT page FILE         a page of web/pages, compressed; {{assets}} in it becomes the
//                                          folder of what it loads, whose name changes with its content
//   node pack.mjs OUTPUT openapi FILE VERSION
//                                          the OpenAPI document, from YAML to JSON, compressed
//
// The same input gives the same bytes, whenever and wherever it is packed.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';

const require = createRequire(import.meta.url);

function fail(why) {
  console.error(`pack.mjs: ${why}`);
  process.exit(1);
}

const gzip = (bytes) => gzipSync(bytes, { level: 9, memLevel: 9 });

const read = (name) => readFileSync(existsSync(name) ? name : new URL(`node_modules/${name}`, import.meta.url));

// The pattern is written for JavaScript. PCRE's \s has other members, so they are spelled out.
const SPACES = '\\x{9}-\\x{d}\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}';

function patternForPcre(pattern) {
  let inClass = false;
  return pattern.replace(/\\.|\[|\]/g, (part) => {
    if (part === '[') inClass = true;
    if (part === ']') inClass = false;
    if (part === '\\s') return inClass ? SPACES : `[${SPACES}]`;
    if (part === '\\S') return inClass ? fail(`\\S in a class of ${pattern}`) : `[^${SPACES}]`;
    return part;
  });
}

// "PBRANKS1", then as 32-bit little-endian numbers: how many tokens, how many bytes they have
// together, the pattern's length; the pattern; each token's length in a byte, by rank; the tokens.
function ranks(name) {
  const source = require(`js-tiktoken/ranks/${name}`);
  const { pat_str: pattern, bpe_ranks: lines } = source.default ?? source;
  const tokens = [];
  for (const line of lines.split('\n').filter(Boolean)) {
    const [, first, ...words] = line.split(' ');
    words.forEach((word, i) => (tokens[Number.parseInt(first, 10) + i] = Buffer.from(word, 'base64')));
  }
  for (let rank = 0; rank < tokens.length; rank++) {
    if (!(tokens[rank]?.length >= 1 && tokens[rank].length <= 255)) fail(`${name}: rank ${rank} is missing, or too long`);
  }
  const text = Buffer.from(patternForPcre(pattern));
  const all = Buffer.concat(tokens);
  const head = Buffer.alloc(20, 'PBRANKS1');
  [tokens.length, all.length, text.length].forEach((number, i) => head.writeUInt32LE(number, 8 + 4 * i));
  return Buffer.concat([head, text, Buffer.from(tokens.map((token) => token.length)), all]);
}

// Its mark at the foot of the menu is an image from the outside; it becomes an empty one.
function redoc() {
  const outside = 'https://cdn.redoc.ly/redoc/logo-mini.svg';
  const parts = read('redoc/bundles/redoc.standalone.js').toString().split(outside);
  if (parts.length !== 2) fail(`redoc names ${outside} ${parts.length - 1} times, not once`);
  return gzip(parts.join('data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22/%3E'));
}

function page(file) {
  const hash = createHash('sha256');
  for (const part of ['package-lock.json', 'pack.mjs', 'pages/docs.js']) hash.update(readFileSync(new URL(part, import.meta.url)));
  const folder = `/docs/assets/${hash.digest('hex').slice(0, 12)}`;
  return gzip(readFileSync(file, 'utf8').replaceAll('{{assets}}', folder));
}

function openapi(file, version) {
  const { parse } = require('yaml');
  const document = parse(readFileSync(file, 'utf8'), { merge: true, maxAliasCount: -1 });
  document.info.version = version;
  return gzip(JSON.stringify(document));
}

const [output, kind, ...rest] = process.argv.slice(2);
const kinds = { ranks, gzip: (name) => gzip(read(name)), redoc, page, openapi };
if (!output || !Object.hasOwn(kinds, kind)) fail('see the comment at its head for what it wants');
writeFileSync(output, kinds[kind](...rest));
