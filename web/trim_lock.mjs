// Makes of the lock that npm writes the one that is kept here: `npm run lock`.
//
// No address of a registry is kept, for npm finds packages by name and proves them by their hash.
// And what the build takes is taken as its makers bundled it, so of the hundred packages that these
// bundles were made of none is installed: each would be downloaded by everybody who builds, and used
// by nobody. (base64-js, which js-tiktoken wants when a test runs it, is asked for by name.) npm reads from the lock what a package depends on, so leaving it out there is enough.

import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const wanted = Object.keys(lock.packages[''].dependencies).map((name) => `node_modules/${name}`);

lock.packages = Object.fromEntries(
  ['', ...wanted].map((path) => {
    const entry = { ...lock.packages[path] };
    delete entry.resolved;
    if (path !== '') {
      for (const key of ['dependencies', 'peerDependencies', 'optionalDependencies', 'bin', 'funding', 'hasInstallScript']) delete entry[key];
    }
    return [path, entry];
  }),
);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
