"""The job done in an afternoon: PyYAML for the front matter, feedgen for the XML.

One process, one feed after another, plain file writes.

    python naive.py ARTICLES_DIR OUT_DIR
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml
from feedgen.feed import FeedGenerator  # type: ignore[import-untyped]

SITE = "https://example.com/"
FEEDS = "https://example.com/feeds/"
MOST = 50

Article = dict[str, Any]


def read_articles(folder: Path) -> list[Article]:
    """Every published article of a folder, newest first."""
    articles = []
    for path in folder.glob("*.md"):
        front_matter = path.read_text(encoding="utf-8").split("\n---\n")[0]
        article = yaml.load(front_matter, Loader=yaml.CSafeLoader)
        if article.get("published", True):
            articles.append(article)
    articles.sort(key=lambda article: article["publishedDateTime"], reverse=True)
    return articles


def group(articles: list[Article]) -> dict[str, tuple[str, list[Article]]]:
    """The feeds to write: their folder, title and articles."""
    topics: dict[str, list[Article]] = defaultdict(list)
    providers: dict[str, list[Article]] = defaultdict(list)
    for article in articles:
        providers[article["provider"]["domain"]].append(article)
        for topic in article["topics"]:
            topics[topic].append(article)
    feeds = {"all": ("Benchmark", articles)}
    for topic, found in topics.items():
        feeds["topics/" + topic.lower().replace(" ", "-")] = (topic, found)
    for domain, found in providers.items():
        feeds["providers/" + domain] = (found[0]["provider"]["name"], found)
    return {key: (title, found[:MOST]) for key, (title, found) in feeds.items()}


def image_of(article: Article) -> str | None:
    """The lead image's address, if there is one."""
    images = article.get("images")
    return images[0]["url"] if images else None


def add_entry(feed: FeedGenerator, article: Article) -> None:
    """Add one article to a feedgen feed."""
    entry = feed.add_entry(order="append")
    entry.id(article["webUrl"])
    entry.title(article["title"])
    entry.link(href=article["webUrl"])
    if article["excerpt"]:
        entry.summary(article["excerpt"], type="html")
    entry.published(article["publishedDateTime"])
    entry.updated(article["publishedDateTime"])
    entry.author(name=article["provider"]["name"])
    entry.dc.dc_creator(article["provider"]["name"])
    for topic in article["topics"]:
        entry.category(term=topic)
    image = image_of(article)
    if image:
        entry.enclosure(image, 0, "image/jpeg")


def write_xml(folder: Path, key: str, title: str, articles: list[Article]) -> None:
    """Write a feed's rss.xml and atom.xml."""
    feed = FeedGenerator()
    feed.load_extension("dc", atom=False, rss=True)
    feed.id(FEEDS + key)
    feed.title(title)
    feed.description(title)
    feed.language("en")
    feed.link(href=SITE, rel="alternate")
    feed.updated(articles[0]["publishedDateTime"])
    for article in articles:
        add_entry(feed, article)
    feed.rss_file(str(folder / "rss.xml"))
    feed.atom_file(str(folder / "atom.xml"))


def json_item(article: Article) -> dict[str, Any]:
    """One article as a JSON Feed item."""
    item = {
        "id": article["webUrl"],
        "url": article["webUrl"],
        "title": article["title"],
        "content_html": article["excerpt"],
        "date_published": article["publishedDateTime"].isoformat(),
        "authors": [{"name": article["provider"]["name"]}],
        "tags": article["topics"],
    }
    image = image_of(article)
    if image:
        item["image"] = image
    return item


def write_json(folder: Path, key: str, title: str, articles: list[Article]) -> None:
    """Write a feed's feed.json."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "home_page_url": SITE,
        "feed_url": f"{FEEDS}{key}/feed.json",
        "language": "en",
        "items": [json_item(article) for article in articles],
    }
    with open(folder / "feed.json", "w", encoding="utf-8") as file:
        json.dump(feed, file, ensure_ascii=False, indent=2)


def main() -> None:
    """Read the articles once and write every feed."""
    source, out = Path(sys.argv[1]), Path(sys.argv[2])
    for key, (title, articles) in group(read_articles(source)).items():
        folder = out / key
        folder.mkdir(parents=True, exist_ok=True)
        write_xml(folder, key, title, articles)
        write_json(folder, key, title, articles)


if __name__ == "__main__":
    main()
