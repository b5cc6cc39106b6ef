// Writes texts of many kinds and how many tokens js-tiktoken makes of each:
//
//   node expected_counts.mjs NODE_MODULES OUTPUT
//
// For each text: its length in bytes, its tokens by o200k_base and by cl100k_base, as 32-bit
// little-endian numbers, and its bytes. The same texts every time.

import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [modules, output] = process.argv.slice(2);
const require = createRequire(`${modules}/package.json`);
const { Tiktoken } = require('js-tiktoken/lite');
const tokenizers = ['o200k_base', 'cl100k_base'].map((name) => {
  const ranks = require(`js-tiktoken/ranks/${name}`);
  return new Tiktoken(ranks.default ?? ranks);
});

const phrases = [
  'The quick brown fox jumps over the lazy dog.',
  "I'm sure they've said we'll be there; it's what she'd do, isn't it? DON'T SHOUT! I'Ve, YOU'lL",
  'Die Straßenbahn fährt über die Brücke; Donaudampfschifffahrtsgesellschaftskapitän.',
  'Le cœur déçu mais l’âme plutôt naïve, Louÿs rêva de crapaüter en canoë.',
  'El pingüino Wenceslao hizo kilómetros bajo exhaustiva lluvia y frío.',
  'Съешь же ещё этих мягких французских булок, да выпей чаю.',
  'Ξεσκεπάζω την ψυχοφθόρα βδελυγμία.',
  'いろはにほへと ちりぬるを わかよたれそ つねならむ。東京特許許可局、ﾊﾝｶｸ。',
  '我能吞下玻璃而不伤身体。繁體中文也可以，《紅樓夢》。',
  '키스의 고유조건은 입술끼리 만나야 하고 특별한 기술은 필요치 않다.',
  'نص حكيم له سر قاطع وذو شأن عظيم مكتوب على ثوب أخضر ومغلف بجلد أزرق',
  'דג סקרן שט בים מאוכזב ולפתע מצא חברה',
  'ऋषियों को सताने वाले दुष्ट राक्षसों के राजा रावण का सर्वनाश',
  'เป็นมนุษย์สุดประเสริฐเลิศคุณค่า กว่าบรรดาฝูงสัตว์เดรัจฉาน',
  'Pijamalı hasta yağız şoföre çabucak güvendi. İIıi',
  '👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 ☕️ 1️⃣ 🇩🇪🇫🇷 emoji, e\u0301 and Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d',
  'for (int i = 0; i < n; ++i) {\n\tsum += a[i] * b[i];  // multiply\n}\n\n\n    return sum;\r\n',
  'def f(x):\n    """Doc."""\n    return {"a": [1, 22, 333, 4444, 55555], \'b\': None}\n',
  '{"model":"gpt-4o","messages":[{"role":"user","content":"Hi\\n\\u00e9"}],"n":1e-7}',
  '<div class="a-b_c" id=\'x\'>&nbsp;</div><!-- comment --> https://example.org/a/b?c=d&e=%20#f',
  '| a | b |\n|---|:-:|\n| 1 | **2** |\n\n- [ ] todo\n- [x] done\n\n```js\nlet x;\n```\n',
  '3.14159 1,000,000 0x1F 12:34:56 2024-02-29T00:00:00Z +49 (30) 901820 ½ ² Ⅻ ٣٤٥ १२३',
  '\u00a0\u2003\u3000 wide\u00a0 spaces \ufeff \u0085 \u180e \u200b \u2028 line\u2029',
  '$\\int_0^\\infty e^{-x^2}\\,dx = \\frac{\\sqrt{\\pi}}{2}$ ∀x∈ℝ: ⌈x⌉ = −⌊−x⌋',
  '<|endoftext|> <|fim_prefix|> <|im_start|>user',
  'ǅungla Ǆ ǆ ʰʷʲ ªº ꟸ CamelCaseAndHTTPServerXMLParser snake_case_name kebab-case SCREAMING_CASE iPhone eBay',
  '\u0000 \u0001\u001b[31mred\u001b[0m \u007f \ufffd \uffff \u{10ffff}',
];

let seed = 20240229;
const random = (below) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
};
const pick = (list) => list[random(list.length)];
const many = (least, most, make) => Array.from({ length: least + random(most - least + 1) }, make).join('');

const spaces = [' ', ' ', '  ', '\n', '\n\n', '\r\n', '\t', '   ', '\u00a0', ' \n ', '\n\n\n\n', '\u3000', '\ufeff'];
const signs = [..."!?.,;:'\"()[]{}<>/\\|-_=+*&^%$#@~`", '...', '/*', '*/', '//', '->', '=>', "'s", "'LL", "'re", '\n/', ')\r\n'];
const blocks = [[0x20, 0x7e], [0x61, 0x7a], [0x41, 0x5a], [0x30, 0x39], [0xa0, 0x24f], [0x300, 0x36f], [0x370, 0x52f], [0x590, 0x6ff],
  [0x900, 0xdff], [0xe00, 0xeff], [0x1e00, 0x218f], [0x2190, 0x2bff], [0x3040, 0x30ff], [0x4e00, 0x9fff], [0xac00, 0xd7a3],
  [0xf900, 0xfaff], [0x10000, 0x103ff], [0x1d400, 0x1d7ff], [0x1f300, 0x1f6ff], [0x20000, 0x20fff], [0, 0x1f]];
const character = ([from, to]) => String.fromCodePoint(from + random(to - from + 1));
const word = () => { const block = pick(blocks); return many(1, 9, () => character(block)); };
const slice = () => { const all = [...pick(phrases)]; const at = random(all.length); return all.slice(at, at + 1 + random(25)).join(''); };

const texts = [...phrases, phrases.join('\n\n')];
for (let i = 0; i < 130; i++) texts.push(many(1, 20, () => pick([slice, word, () => pick(spaces), () => pick(signs)])()));
for (let i = 0; i < 130; i++) texts.push(many(1, 60, () => character(pick(blocks))));
for (let i = 0; i < 60; i++) texts.push(many(1, 30, () => pick(spaces)) + pick(['', 'x', '7', '!']) + many(0, 10, () => pick(spaces)));
for (let i = 0; i < 60; i++) texts.push(many(1, 30, () => pick(signs)) + word() + many(0, 9, () => pick(signs)));
for (let i = 0; i < 60; i++) texts.push(many(1, 40, () => pick('aAbBeEtTsS\'\u0301\u02b0'.split(''))));
for (const unit of ['a', 'A', 'ab', ' ', '\n', '=', '-', '0', '. ', 'ß', '漢', '👍', 'aB', '\t ', "'s", '\u0301', 'lorem ipsum ']) {
  for (const times of [2, 7, 40, 200, 900]) texts.push(unit.repeat(times));
}

writeFileSync(output, Buffer.concat(texts.map((text) => {
  const bytes = Buffer.from(text);
  const head = Buffer.alloc(12);
  head.writeUInt32LE(bytes.length, 0);
  tokenizers.forEach((tokenizer, i) => head.writeUInt32LE(tokenizer.encode(text, [], []).length, 4 + 4 * i));
  return Buffer.concat([head, bytes]);
})));
console.log(`${texts.length} texts`);
