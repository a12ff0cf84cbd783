"""The start: a commented configuration and one article, written into an empty folder.

May know: the file system; nothing else of the project but its errors.
"""

from __future__ import annotations

import os

from syndicate.errors import PublishError, reason_of

_CONFIG = """\
# What `syndicate build` reads. Every path is relative to this file.
# `#` begins a comment: lines that begin with it show a key and what it may say.
site:
  title: My Articles
  url: https://www.example.com/              # where people read
  feeds_url: https://www.example.com/feeds/  # where the folder `output` is served
  id: example.com,{year}                       # your domain and a year in which it was yours; never change it
  language: en
  # description: What this site is about
  # time_zone: Europe/London                 # of dates that name none; default UTC
  # author: {{name: Jo Doe, url: https://www.example.com/jo/, email: jo@example.com}}

sources:
  - path: ../articles                        # a folder, a file or a glob; there may be several

# output: ../feeds
# formats: [rss, atom, json]
# pages: true                                # a page for each feed, a catalogue and lists of all of them

feeds:
  all: {{limit: 50}}                           # `limit: none` lifts it; `all: false` switches it off
  topics: {{limit: 50}}
  providers: {{limit: 50}}
  # named:
  #   best: {{title: The best, where: {{min_quality: 80}}}}

# content: card                              # card | body | summary
# related: {{limit: 10}}
# hubs: [https://hub.example.com/]           # WebSub hubs, which are told of every change
"""

_ARTICLE = """\
---
title: The first article
excerpt: One or two sentences that make a reader want the rest.
publishedDateTime: {year}-01-01T08:00:00Z
webUrl: https://www.example.com/the-first-article/
topics:
  - Examples
provider:
  name: My Articles
  domain: www.example.com
---

The text of the article, in **Markdown**. It may be left out: many feeds only point to where it is.
"""
# The year of the templates: any in which example.com was taken will do, and the files stay the same for all.
_YEAR = 2024
_FILES = {"config/syndicate.yaml": _CONFIG, "articles/{year}-01-01-the-first-article.md": _ARTICLE}


def write_starter(folder: str) -> list[str]:
    """Write the starter files into a folder and list them.

    Raises PublishError where the folder is not empty (hidden files apart) or cannot be written.
    """
    try:
        os.makedirs(folder, exist_ok=True)
        present = sorted(name for name in os.listdir(folder) if not name.startswith("."))
        if present:
            raise PublishError(folder, f"holds {present[0]} already; init writes into an empty folder only")
        written = []
        for name, text in _FILES.items():
            path = os.path.normpath(os.path.join(folder, name.format(year=_YEAR)))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "x", encoding="utf-8") as stream:
                stream.write(text.format(year=_YEAR))
            written.append(path)
    except OSError as error:
        reason = reason_of(error)
        raise PublishError(error.filename or folder, f"cannot be written: {reason}") from None
    return written
