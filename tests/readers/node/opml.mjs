// What feedsmith finds in a list of feeds: `node opml.mjs FILE` prints pairs of address and title, groups unfolded.
import { readFileSync } from 'node:fs';
import { parseOpml } from 'feedsmith';

const feeds = (outlines) => outlines.flatMap((each) => (each.outlines ? feeds(each.outlines) : [each]));

const { body } = parseOpml(readFileSync(process.argv[2], 'utf8'));
console.log(JSON.stringify(feeds(body.outlines).map((each) => [each.xmlUrl, each.title])));
