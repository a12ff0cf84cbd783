// The same job with npm's `feed` and `gray-matter`: every article is read and
// parsed once, then every feed is written in its three formats.
//
//     node build.mjs ARTICLES_DIR OUT_DIR

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Feed } from "feed";
import matter from "gray-matter";

const SITE = "https://example.com/";
const FEEDS = "https://example.com/feeds/";
const MOST = 50;

// The empty options keep gray-matter from caching every file's text in memory.
function readArticles(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .map((name) => matter(readFileSync(join(folder, name), "utf8"), {}).data)
    .filter((article) => article.published !== false)
    .sort((a, b) => b.publishedDateTime - a.publishedDateTime);
}

function push(groups, key, title, article) {
  const group = groups.get(key);
  if (group) group.articles.push(article);
  else groups.set(key, { title, articles: [article] });
}

function group(articles) {
  const groups = new Map();
  for (const article of articles) {
    const { name, domain } = article.provider;
    push(groups, "all", "Benchmark", article);
    push(groups, `providers/${domain}`, name, article);
    for (const topic of article.topics) {
      push(groups, `topics/${topic.toLowerCase().replaceAll(" ", "-")}`, topic, article);
    }
  }
  return groups;
}

function toItem(article) {
  return {
    id: article.webUrl,
    title: article.title,
    link: article.webUrl,
    description: article.excerpt,
    date: article.publishedDateTime,
    published: article.publishedDateTime,
    author: [{ name: article.provider.name }],
    category: article.topics.map((topic) => ({ name: topic, term: topic })),
    image: article.images?.[0].url,
  };
}

function toFeed(key, title, articles) {
  const feed = new Feed({
    id: FEEDS + key,
    title,
    description: title,
    link: SITE,
    language: "en",
    updated: articles[0].publishedDateTime,
    feedLinks: {
      rss: `${FEEDS}${key}/rss.xml`,
      atom: `${FEEDS}${key}/atom.xml`,
      json: `${FEEDS}${key}/feed.json`,
    },
  });
  for (const article of articles) feed.addItem(toItem(article));
  return feed;
}

const [source, out] = process.argv.slice(2);
for (const [key, { title, articles }] of group(readArticles(source))) {
  const feed = toFeed(key, title, articles.slice(0, MOST));
  const folder = join(out, key);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "rss.xml"), feed.rss2());
  writeFileSync(join(folder, "atom.xml"), feed.atom1());
  writeFileSync(join(folder, "feed.json"), feed.json1());
}
