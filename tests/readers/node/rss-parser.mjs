// rss-parser, as its README shows it: it gives an RSS item's id as `guid`, an Atom entry's as `id`.
import Parser from 'rss-parser';

export async function read(text) {
  const feed = await new Parser().parseString(text);
  return {
    title: feed.title,
    home: feed.link,
    address: feed.feedUrl,
    updated: new Date(feed.lastBuildDate).toISOString(),
    items: feed.items.map((item) => ({
      id: item.guid ?? item.id,
      title: item.title,
      link: item.link,
      published: item.isoDate,
      summary: item.guid ? item.content : item.summary,
      authors: [item.creator ?? item.author],
      // A category with attributes comes as what xml2js makes of it.
      topics: item.categories?.map((each) => each._ ?? each) ?? (item.guid ? [] : null),
      enclosures: item.enclosure
        ? [{ url: item.enclosure.url, type: item.enclosure.type, length: Number(item.enclosure.length) }]
        : [],
    })),
  };
}
