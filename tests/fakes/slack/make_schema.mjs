// Makes block_kit.schema.json: the structure of Slack's blocks and views as their published types give it.
//
//   cd $(mktemp -d) && npm init -y && npm install @slack/types@3.2.0 ts-json-schema-generator@2.4.0
//   node /path/to/tests/fakes/slack/make_schema.mjs /path/to/tests/fakes/slack/block_kit.schema.json
//
// Run from the folder where both are installed. The types know no lengths: those are in limits.py.
// Descriptions are left out; what is left are names, kinds and which are required.

import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const here = createRequire(join(process.cwd(), 'package.json'));
const { createGenerator } = await import(pathToFileURL(here.resolve('ts-json-schema-generator')).href);

writeFileSync(
  'wanted.ts',
  `import type { HomeView, KnownBlock, ModalView } from '@slack/types';
export type MessageBlocks = KnownBlock[];
export type Views = ModalView | HomeView;
`,
);
const made = createGenerator({
  path: 'wanted.ts',
  type: '*',
  jsDoc: 'none',
  expose: 'export',
  topRef: true,
  additionalProperties: false,
}).createSchema('*');

const all = made.definitions;
all.AnyBlock = { $ref: '#/definitions/KnownBlock' }; // theirs lets any unknown block through

const reached = new Set();
function reach(node) {
  if (Array.isArray(node)) return node.forEach(reach);
  if (node === null || typeof node !== 'object') return;
  const name = node.$ref?.replace('#/definitions/', '');
  if (name && !reached.has(name)) {
    reached.add(name);
    reach(all[name]);
  }
  Object.values(node).forEach(reach);
}
for (const top of ['MessageBlocks', 'Views']) {
  reached.add(top);
  reach(all[top]);
}

// one definition a line, so that a newer version shows its changes
const rows = [...reached].sort().map((name) => `${JSON.stringify(name)}: ${JSON.stringify(all[name])}`);
const head = '"$schema": "http://json-schema.org/draft-07/schema#"';
writeFileSync(process.argv[2], `{\n${head},\n"definitions": {\n${rows.join(',\n')}\n}\n}\n`);
