"""Feeds that the embeds show, made by the project's own renderers, and pictures for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from browser.loopback import Server
from syndicate import Enclosure, Feed, Item, Person, renderer

TITLES = (
    "A map of every tap",
    "The index of the index, and what 214 cards remember of a flood that nobody wrote down",
    "A timetable you can hear",
    "Microphones in the council chamber",
    "A lighthouse in six kilobytes",
    "The ice cream index",
    "Five anchors and a chain locker",
    "The year in rain",
    "No, the harbour office does not need a chatbot",
    "Fourteen libraries with a server of their own",
    "The harbour wifi, drawn by hand",
    "Our berths were a list of strings",
)
SUMMARY = (
    "You may drink from 163 public taps between Saltmere and Low Tarrow, and until this summer nobody"
    " knew it. Forty walkers, one shared file and a rule: you put it on the map only after you have drunk"
    " from it."
)
HOSTILE = '<img src=x onerror="window.harmed=1"></script><script>window.harmed=1</script> & "it\'s"'


def picture(number: int) -> str:
    """Draw a quiet picture, each in its own colour."""
    hue = number * 47 % 360
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 400">'
        f'<rect width="640" height="400" fill="hsl({hue} 35% 72%)"/>'
        f'<circle cx="{150 + number * 37 % 320}" cy="150" r="70" fill="hsl({hue + 40} 60% 88%)"/>'
        f'<path d="M0 290 Q160 210 320 290 T640 280 V400 H0Z" fill="hsl({hue} 30% 45%)"/></svg>'
    )


def items(feeds: Server, count: int = len(TITLES)) -> tuple[Item, ...]:
    """Make items, newest first; every third has no picture."""
    made = []
    for number in range(count):
        published = datetime(2025, 10, 2, 6, 30, tzinfo=UTC) - timedelta(days=23 * number)
        image = feeds.put(f"/pictures/{number}.svg", picture(number), "image/svg+xml")
        lead = Enclosure(url=image, media_type="image/svg+xml", title=f"Picture {number}")
        made.append(
            Item(
                id=f"tag:site.example,2020:{number}",
                title=TITLES[number % len(TITLES)],
                permalink=f"https://site.example/{number}/",
                published=published,
                updated=published,
                summary=SUMMARY if number % 2 == 0 else SUMMARY.partition(",")[0] + ".",
                authors=(Person(name="Ines Calder"), Person(name="Harbour & Hinterland")),
                enclosures=(lead,) if number % 3 != 2 else (),
            )
        )
    return tuple(made)


def hostile_item(**fields: Any) -> Item:
    """Make an item whose every text would be markup if somebody took it for markup."""
    published = datetime(2025, 1, 1, tzinfo=UTC)
    known = {
        "id": HOSTILE,
        "title": HOSTILE,
        "permalink": "https://site.example/?a=1&b=%22%3E",
        "summary": HOSTILE,
    }
    authors = (Person(name=HOSTILE),)
    return Item(**{**known, "published": published, "updated": published, "authors": authors, **fields})


def feed_of(feeds: Server, *shown: Item, **fields: Any) -> Feed:
    """Make a feed that the server of the feeds carries."""
    known = {
        "id": "tag:site.example,2020:all/",
        "path": "all",
        "title": "Harbour & Hinterland",
        "description": "Software for small towns",
        "home_url": "https://site.example/",
        "folder_url": f"{feeds.url}/all/",
        "updated": datetime(2025, 10, 2, tzinfo=UTC),
        "language": "en",
        "authors": (Person(name="Harbour & Hinterland"),),
        "items": shown,
    }
    return Feed(**{**known, **fields})


def put_json(feeds: Server, *shown: Item, **how: Any) -> str:
    """Publish a JSON Feed of items; gives its URL."""
    feed = feed_of(feeds, *shown)
    body = renderer("json").document(feed).body
    return feeds.put("/all/feed.json", body, "application/feed+json; charset=utf-8", **how)


def put_page(feeds: Server, *shown: Item, **fields: Any) -> str:
    """Publish the page for an iframe; gives its URL."""
    feed = feed_of(feeds, *shown, **fields)
    return feeds.put("/all/embed.html", renderer("embed").document(feed).body, "text/html; charset=utf-8")
