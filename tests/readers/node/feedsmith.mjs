// feedsmith, which keeps each format's own structure; dates stay as they are written.
import { parseFeed } from 'feedsmith';

const instant = (text) => (text ? new Date(text).toISOString() : null);
const link = (links, rel) => links?.find((each) => each.rel === rel)?.href;

const formats = {
  rss: (feed) => ({
    title: feed.title,
    home: feed.link,
    address: link(feed.atom?.links, 'self'),
    updated: instant(feed.lastBuildDate),
    items: (feed.items ?? []).map((item) => ({
      id: item.guid.value,
      title: item.title,
      link: item.link,
      published: instant(item.pubDate),
      updated: instant(item.atom?.updated),
      summary: item.description,
      authors: item.dc.creators,
      topics: item.categories?.map((each) => each.name) ?? [],
      enclosures: item.enclosures ?? [],
    })),
  }),
  atom: (feed) => ({
    title: feed.title.value,
    home: link(feed.links, 'alternate'),
    address: link(feed.links, 'self'),
    updated: instant(feed.updated),
    items: (feed.entries ?? []).map((entry) => ({
      id: entry.id,
      title: entry.title.value,
      link: link(entry.links, 'alternate'),
      published: instant(entry.published),
      updated: instant(entry.updated),
      summary: entry.summary?.value,
      authors: entry.authors.map((each) => each.name),
      topics: entry.categories?.map((each) => each.label) ?? [],
      enclosures: entry.links
        .filter((each) => each.rel === 'enclosure')
        .map((each) => ({ url: each.href, type: each.type, length: each.length })),
    })),
  }),
  json: (feed) => ({
    title: feed.title,
    home: feed.home_page_url,
    address: feed.feed_url,
    items: (feed.items ?? []).map((item) => ({
      id: item.id,
      title: item.title,
      link: item.url,
      published: instant(item.date_published),
      updated: instant(item.date_modified),
      summary: item.summary,
      authors: item.authors.map((each) => each.name),
      topics: item.tags ?? [],
      enclosures: (item.attachments ?? []).map((each) => ({
        url: each.url,
        type: each.mime_type,
        length: each.size_in_bytes,
      })),
    })),
  }),
};

export function read(text) {
  const { format, feed } = parseFeed(text);
  return formats[format](feed);
}
