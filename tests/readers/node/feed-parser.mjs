// @rowanmanning/feed-parser, which gives RSS and Atom one shape.
import { parseFeed } from '@rowanmanning/feed-parser';

export function read(text) {
  const feed = parseFeed(text);
  return {
    title: feed.title,
    home: feed.url,
    address: feed.self,
    updated: feed.updated,
    items: feed.items.map((item) => ({
      id: item.id,
      title: item.title,
      link: item.url,
      published: item.published,
      updated: item.updated,
      summary: item.description,
      authors: item.authors.map((each) => each.name),
      topics: item.categories.map((each) => each.label),
      enclosures: item.media.map((each) => ({ url: each.url, type: each.mimeType, length: each.length })),
    })),
  };
}
