"""Generate a seeded corpus of Markdown articles for the benchmarks.

The articles have the shape of a real aggregator's: everything is in the front
matter, strings are double quoted, and the body is empty. The same arguments
always give the same bytes: nothing is read from the clock or the machine.

    python benchmarks/corpus.py OUT --articles 20000
    python benchmarks/corpus.py OUT --articles 5000 --heavy

writes OUT/articles/YYYY-MM-DD-slug.md and OUT/config/syndicate.yaml. With
--heavy an article carries up to 180 related links instead of up to 3, so that
5,000 of them are about 140 MB. With --archives the feeds have archives, as they
would by default; without, they have what those of the other programs have.
"""

from __future__ import annotations

import argparse
import base64
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

TOPICS = (
    "Cloud", "Databases", "AI", "Analytics", "Storage", "Security",
    "Internet of things", "Containers", "DevOps", "Compute", "Migration",
    "Integration", "Management tools", "Networking", "Developer tools",
    "Serverless", "Identity", "Mobile", "Web", "Blockchain", "Media",
    "Mixed reality", "Quantum", "Hybrid cloud", "Edge computing",
    "Open source", "Virtual machines", "Governance", "Cost management",
    "Machine learning",
)  # fmt: skip

SUBJECTS = (
    "Northwind", "Contoso Cloud", "Fabrikam", "The hybrid platform",
    "A regional bank", "Tailspin Toys", "The open source community",
    "A new data center", "Wide World Importers", "The public sector",
    "An airline", "The city council", "Proseware", "A hospital group",
)  # fmt: skip
VERBS = (
    "announces", "moves to", "expands", "retires", "benchmarks", "secures",
    "adopts", "rethinks", "automates", "brings together", "simplifies",
    "opens up", "doubles down on", "previews", "ships",
)  # fmt: skip
OBJECTS = (
    "managed databases", "zero-trust access", "stream analytics",
    "container registries", "serverless workflows", "edge gateways",
    "disaster recovery", "confidential computing", "cost reports",
    "object storage", "\u201cinstant\u201d failover", "caf\u00e9-sized clusters",
    "zone redundancy", "private endpoints", "data pipelines",
    "long-term retention", "policy as code", "GPU quotas",
)  # fmt: skip
TAILS = (
    "in general availability", "for small teams", "across three regions",
    "after a year of trials", "with an eye on the future", "at half the price",
    "for regulated industries", "without downtime", "\u2014 what you need to know",
    "in record time", "as demand grows", "for the second time this year",
)  # fmt: skip
SENTENCES = (
    "The service is now available in every region, and customers need do nothing.",
    "Customers asked to be told early when something is about to be withdrawn.",
    "In this post we look at how the team measured it and what surprised them.",
    "Several of the assumptions made at the beginning did not hold in the end.",
    "It\u2019s the third such announcement in as many months; analysts expect more.",
    "The company said that the migration took eleven weeks, two fewer than planned.",
    "There was \u201cno interruption that anybody noticed\u201d, the operators said.",
    "With remote work, more devices reach sensitive data over unmanaged networks.",
    "Prices start at a fraction of the earlier offer; a free tier remains for trials.",
    "We\u2019re introducing a preview of the console, with \u00e0 la carte dashboards.",
    "Two further regions follow next spring, subject to the usual approvals.",
    "A short guide explains how to upgrade, how to go back, and what to check.",
)
ENTITY_SENTENCES = (
    "It&#8217;s a small change with a large effect, the authors write.",
    "The first release&nbsp;&mdash; of four planned&nbsp;&mdash; is out today.",
    "Research &#038; development costs fell for the third year.",
    "Read on to learn more &#8230;",
)
NAME_HEADS = (
    "Daily", "Cloud", "Silicon", "Global", "Open", "Enterprise", "Northern",
    "Pacific", "Digital", "Modern", "Applied", "Practical",
)  # fmt: skip
NAME_TAILS = (
    "Wire", "Herald", "Computing", "Observer", "Review", "Insider", "Journal",
    "Bulletin", "Weekly", "Signal", "Register", "Gazette",
)  # fmt: skip
IMAGE_SIZES = ((1200, 675), (1200, 630), (640, 360), (512, 512), (1432, 1070))
SECURED_BYTES = (208, 256, 256, 256, 272, 368, 416)

FIRST_DAY = datetime(2019, 10, 1, tzinfo=UTC)
SPAN_SECONDS = 5 * 365 * 24 * 3600
ARTICLES_PER_PROVIDER = 15
HEAVY_SHARE, HEAVY_MOST, HEAVY_SKEW = 0.84, 180, 3.45
LIGHT_SHARE, LIGHT_MOST = 0.3, 3

CONFIG = """\
site:
  title: Benchmark
  url: https://example.com/
  feeds_url: https://example.com/feeds/
  id: "example.com,2020"
  language: en
sources:
  - path: ../articles
output: ../feeds
pages: false
"""
WITHOUT_ARCHIVES = """\
feeds:
  all: {archive: none}
  topics: {archive: none}
  providers: {archive: none}
"""


@dataclass(frozen=True)
class Provider:
    """One publisher whose articles are gathered."""

    name: str
    domain: str
    has_image: bool


@dataclass(frozen=True)
class Image:
    """One picture of an article."""

    url: str
    width: int
    height: int


@dataclass(frozen=True)
class Article:
    """Everything of one article but its related links and its signature."""

    title: str
    excerpt: str
    date: datetime
    slug: str
    provider: Provider
    amp: bool
    original: bool
    quality: int
    heat: int
    published: bool
    topics: tuple[str, ...]
    image: Image | None

    @property
    def stamp(self) -> str:
        """The date as the front matter has it."""
        return self.date.strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def path(self) -> str:
        """The address without its scheme."""
        return f"www.{self.provider.domain}/{self.date:%Y/%m/%d}/{self.slug}/"


def quoted(text: str) -> str:
    """A YAML double-quoted string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\r", "\\r").replace("\n", "\\n") + '"'


def slug_of(title: str, index: int) -> str:
    """A file-name slug, unique through the article's index."""
    kept = "".join(c if c.isascii() and c.isalnum() else " " for c in title.lower())
    return "-".join([*kept.split(), str(index)])


def zipf(count: int) -> list[float]:
    """Cumulative Zipf weights of `count` ranks."""
    return list(accumulate(1 / rank for rank in range(1, count + 1)))


def make_providers(rng: random.Random, count: int) -> list[Provider]:
    """`count` providers with distinct domains; two in three have a logo."""
    made = []
    for index in range(count):
        head, tail = rng.choice(NAME_HEADS), rng.choice(NAME_TAILS)
        domain = f"{head}{tail}{index}.example".lower()
        made.append(Provider(f"{head} {tail} {index}", domain, rng.random() < 0.66))
    return made


def make_excerpt(rng: random.Random) -> str:
    """Two to four sentences, some with entities, some separate; one in ten none."""
    if rng.random() < 0.1:
        return ""
    parts = rng.sample(SENTENCES, rng.randint(2, 4))
    if rng.random() < 0.2:
        parts.append(rng.choice(ENTITY_SENTENCES))
    return ("\r\n\r\n" if rng.random() < 0.05 else " ").join(parts)


def make_image(rng: random.Random, domain: str) -> Image:
    """A picture on the provider's own host."""
    width, height = rng.choice(IMAGE_SIZES)
    name = f"{rng.getrandbits(128):032x}"
    return Image(f"https://images.{domain}/media/{name}.jpg", width, height)


class Corpus:
    """The generator's state: its random source, providers and articles."""

    def __init__(self, articles: int, seed: int, heavy: bool) -> None:
        self.rng = random.Random(seed)
        self.heavy = heavy
        count = max(1, articles // ARTICLES_PER_PROVIDER)
        self.providers = make_providers(self.rng, count)
        self.provider_weights = zipf(count)
        self.topic_weights = zipf(len(TOPICS))
        self.step = SPAN_SECONDS / max(1, articles)
        self.articles = [self.make_article(index) for index in range(articles)]
        self.links: dict[int, str] = {}

    def make_article(self, index: int) -> Article:
        """Article number `index`; later numbers are newer, dates are distinct."""
        rng = self.rng
        title = " ".join(rng.choice(p) for p in (SUBJECTS, VERBS, OBJECTS, TAILS))
        if rng.random() < 0.05:
            title = f'"{title}": part {rng.randint(2, 9)}'
        provider = rng.choices(self.providers, cum_weights=self.provider_weights)[0]
        offset = int(index * self.step) + rng.randrange(max(1, int(self.step)))
        return Article(
            title=title,
            excerpt=make_excerpt(rng),
            date=FIRST_DAY + timedelta(seconds=offset),
            slug=slug_of(title, index),
            provider=provider,
            amp=rng.random() < 0.21,
            original=rng.random() < 0.64,
            quality=rng.randint(2, 130),
            heat=rng.randint(-1, 130),
            published=rng.random() >= 0.1,
            topics=self.make_topics(),
            image=make_image(rng, provider.domain) if rng.random() < 0.53 else None,
        )

    def make_topics(self) -> tuple[str, ...]:
        """One to three distinct topics."""
        count = self.rng.choice((1, 1, 2, 2, 3))
        drawn = self.rng.choices(TOPICS, cum_weights=self.topic_weights, k=count)
        return tuple(dict.fromkeys(drawn))

    def related_count(self) -> int:
        """How many related links the next article carries."""
        share = HEAVY_SHARE if self.heavy else LIGHT_SHARE
        if self.rng.random() >= share:
            return 0
        if not self.heavy:
            return self.rng.randint(1, LIGHT_MOST)
        return 1 + int(HEAVY_MOST * self.rng.random() ** HEAVY_SKEW)

    def related(self) -> str:
        """The related links of the next article, or an empty string."""
        count = min(self.related_count(), len(self.articles))
        if not count:
            return ""
        drawn = self.rng.sample(range(len(self.articles)), count)
        return "related:\n" + "".join(map(self.link, drawn)) + "\n"

    def link(self, index: int) -> str:
        """Article number `index` as a related link, made once."""
        if index not in self.links:
            self.links[index] = render_link(self.articles[index])
        return self.links[index]

    def render(self, article: Article) -> str:
        """The whole file of one article."""
        secured = base64.b64encode(self.rng.randbytes(self.rng.choice(SECURED_BYTES))).decode()
        nonce = base64.b64encode(self.rng.randbytes(16)).decode()
        return "".join(
            (
                "---\n",
                render_head(article),
                "\n",
                render_provider(article.provider),
                "\ntopics:\n",
                *(f"  - {topic}\n" for topic in article.topics),
                "\n",
                render_images(article.image, "") + "\n" if article.image else "",
                self.related(),
                f'secured: "{secured};{nonce}"\n---\n\n',
            )
        )


def render_addresses(article: Article, indent: str, original: bool) -> str:
    """The address fields an article and a related link share."""
    url = f"https://{article.path}"
    lines = [f"originalUrl: {quoted(url)}"] if original else []
    lines.append(f"webUrl: {quoted(url)}")
    if article.amp:
        host = f"www-{article.provider.domain.replace('.', '-')}.cdn.amp.example"
        lines.append(f"ampWebUrl: {quoted(url + 'amp/')}")
        lines.append(f"cdnAmpWebUrl: {quoted(f'https://{host}/c/s/{article.path}amp/')}")
    return "".join(f"{indent}{line}\n" for line in lines)


def render_head(article: Article) -> str:
    """The fields before the provider."""
    return (
        "category: news\n"
        f"title: {quoted(article.title)}\n"
        f"excerpt: {quoted(article.excerpt)}\n"
        f"publishedDateTime: {article.stamp}\n"
        f"{render_addresses(article, '', article.original)}"
        "type: article\n"
        f"quality: {article.quality}\n"
        f"heat: {article.heat}\n"
        f"published: {str(article.published).lower()}\n"
    )


def render_provider(provider: Provider) -> str:
    """The provider, with its logo if it has one."""
    text = f"provider:\n  name: {provider.name}\n  domain: {provider.domain}\n"
    if not provider.has_image:
        return text
    url = f"https://example.com/assets/images/organizations/{provider.domain}-50x50.jpg"
    return f"{text}  images:\n    - url: {quoted(url)}\n      width: 50\n      height: 50\n"


def render_images(image: Image, indent: str) -> str:
    """The pictures of an article or of a related link."""
    return (
        f"{indent}images:\n"
        f"{indent}  - url: {quoted(image.url)}\n"
        f"{indent}    width: {image.width}\n"
        f"{indent}    height: {image.height}\n"
        f"{indent}    isCached: true\n"
    )


def render_link(article: Article) -> str:
    """One entry of a `related` list."""
    return (
        f"  - title: {quoted(article.title)}\n"
        f"    excerpt: {quoted(article.excerpt)}\n"
        f"    publishedDateTime: {article.stamp}\n"
        f"{render_addresses(article, '    ', False)}"
        "    type: article\n"
        "    provider:\n"
        f"      name: {article.provider.name}\n"
        f"      domain: {article.provider.domain}\n"
        f"    quality: {article.quality}\n"
        f"{render_images(article.image, '    ') if article.image else ''}"
    )


def generate(out: Path, articles: int, seed: int = 1, heavy: bool = False, archives: bool = False) -> None:
    """Write the corpus into `out`, which must not hold another one."""
    folder = out / "articles"
    folder.mkdir(parents=True)
    corpus = Corpus(articles, seed, heavy)
    for article in corpus.articles:
        name = f"{article.date:%Y-%m-%d}-{article.slug}.md"
        (folder / name).write_bytes(corpus.render(article).encode())
    config = out / "config" / "syndicate.yaml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_bytes((CONFIG if archives else CONFIG + WITHOUT_ARCHIVES).encode())


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Generate a benchmark corpus.")
    parser.add_argument("out", type=Path, help="folder to write (must be new)")
    parser.add_argument("--articles", type=int, required=True, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--heavy", action="store_true", help="many related links")
    parser.add_argument("--archives", action="store_true", help="feeds with archives")
    args = parser.parse_args(argv)
    if args.articles < 0:
        parser.error("--articles must not be negative")
    if (args.out / "articles").exists():
        parser.error(f"{args.out / 'articles'} exists already")
    generate(args.out, args.articles, args.seed, args.heavy, args.archives)
    return 0


if __name__ == "__main__":
    sys.exit(main())
