// Poll addresses for a parser from npm: `node poll.mjs PARSER STORE ADDRESS...` prints what it sees of each, as JSON.
// None of them fetches with validators, so this does, and keeps the documents and their validators in the file STORE.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const [parser, store, ...addresses] = process.argv.slice(2);
const { read } = await import(`./${parser}.mjs`);
const known = existsSync(store) ? JSON.parse(readFileSync(store, 'utf8')) : {};

async function fetched(address) {
  const { etag, modified, text } = known[address] ?? {};
  const headers = etag ? { 'If-None-Match': etag, 'If-Modified-Since': modified } : {};
  const response = await fetch(address, { headers });
  if (response.status === 304) {
    return text;
  }
  if (!response.ok) {
    throw new Error(`${address}: ${response.status}`);
  }
  known[address] = {
    etag: response.headers.get('ETag'),
    modified: response.headers.get('Last-Modified'),
    text: await response.text(),
  };
  return known[address].text;
}

const seen = {};
for (const address of addresses) {
  seen[address] = await read(await fetched(address));
}
writeFileSync(store, JSON.stringify(known));
console.log(JSON.stringify(seen));
