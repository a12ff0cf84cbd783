"""The rules of JSON Feed 1.0 and 1.1, as data; what is common to all formats is elsewhere.

May know: what a rule is; not how any of them is checked.
"""

from __future__ import annotations

from syndicate.check.clauses import Clause, error, warning


def _section(title: str) -> Clause:
    anchor = title.lower().replace(" ", "-")
    return Clause(f"JSON Feed 1.1, {title}", f"https://www.jsonfeed.org/version/1.1/#{anchor}")


TYPE = error(
    "json-type",
    "Every member has the type that the format gives it.",
    "A reader written in a typed language refuses the whole feed for one value of another type.",
    _section("Top-level"),
)
REQUIRED = error(
    "json-required",
    "A feed has `version`, `title` and `items`.",
    "A reader cannot tell that this is a feed, what to call it, or what is in it.",
    _section("Top-level"),
)
VERSION = error(
    "json-version",
    "`version` is the address of a published version of the format.",
    "Readers recognise a JSON Feed by this address, and take anything else for some other JSON.",
    _section("Top-level"),
)
VERSION_FIRST = warning(
    "json-version-first",
    "`version` stands at the very top.",
    "Readers that look at the first bytes of a document do not recognise the feed.",
    _section("Top-level"),
)
VERSION_MEMBER = warning(
    "json-version-member",
    "A feed of version 1.0 uses no member that came with 1.1.",
    "A reader of 1.0 passes `authors` and `language` over: the feed has neither.",
    _section("Deprecations"),
)
RECOMMENDED = warning(
    "json-recommended",
    "A feed on the public web has `home_page_url` and `feed_url`.",
    "A reader cannot lead to the site, and does not recognise the feed when it moves.",
    _section("Top-level"),
)
EMPTY = warning(
    "json-empty",
    "A member that is there says something.",
    "A reader shows a blank where without the member it would show something of its own.",
    _section("Top-level"),
)
UNKNOWN = warning(
    "json-unknown-member",
    "Members are those of the format, or extensions that begin with `_`.",
    "No reader looks at it: most often it is another member, misspelled, or in the wrong place.",
    _section("Key Naming Rules"),
)
EXTENSION = error(
    "json-extension",
    "An extension is an object whose name is `_` and a letter and so on, without a dot.",
    "A reader that expects an object there fails; one that reads names as paths finds nothing.",
    _section("Extensions"),
)
URL = error(
    "json-url",
    "An address is an absolute URL, percent-encoded where it has to be, and of http or https.",
    "A reader has no page that it could be relative to: the link or image leads nowhere.",
    _section("Top-level"),
)
DATE = error(
    "json-date",
    "A date is one of RFC 3339, of a day that there is.",
    "Readers cannot tell when it was: the item goes to the top or the bottom, or is refused.",
    _section("Items"),
)
DATE_ORDER = warning(
    "json-date-order",
    "No item was modified before it was published.",
    "One of the dates is wrong, and which one readers sort by differs.",
    _section("Items"),
)
LANGUAGE = error(
    "json-language",
    "A language is a tag of RFC 5646, such as `en` or `pt-BR`.",
    "Readers choose fonts, hyphenation and voices by it, and know no other names.",
    _section("Top-level"),
)
MEDIA_TYPE = error(
    "json-media-type",
    "`mime_type` has the form of a media type, such as `audio/mpeg`.",
    "Readers cannot tell how to show or play the file.",
    _section("Attachments"),
)
NEXT_URL = error(
    "json-next-url",
    "`next_url` is another address than the feed's own.",
    "A reader that follows it never comes to an end.",
    _section("Top-level"),
)
AUTHOR = error(
    "json-author",
    "An author has at least one of `name`, `url` and `avatar`.",
    "A reader has nothing to show for the author.",
    _section("Top-level"),
)
AUTHOR_ALONE = warning(
    "json-author-alone",
    "A feed of version 1.1 names its authors in `authors`; `author` may stand beside it.",
    "Readers of version 1.1 need not look at `author`, and show none.",
    _section("Deprecations"),
)
HUB = error(
    "json-hub",
    "A hub has a `type` and a `url`.",
    "A reader cannot subscribe to it, and keeps polling.",
    _section("Top-level"),
)
HUB_TOPIC = error(
    "json-hub-topic",
    "A feed with a WebSub hub has a `feed_url`.",
    "It is what a reader subscribes to at the hub.",
    _section("Subscribing to Real-time Notifications"),
)
ITEM_ID = error(
    "json-item-id",
    "An item has an `id` that is not empty.",
    "Readers discard the item, or show it again at every change.",
    _section("Items"),
)
ITEM_ID_TYPE = warning(
    "json-item-id-type",
    "The `id` of an item is a string.",
    "Readers make a string of it, each in its own way, or refuse the feed.",
    _section("Items"),
)
ITEM_ID_UNIQUE = error(
    "json-item-id-unique",
    "No two items of a feed share an `id`.",
    "Readers keep one of them and lose the other.",
    _section("Items"),
)
ITEM_CONTENT = error(
    "json-item-content",
    "An item has `content_html`, `content_text` or both.",
    "A reader has nothing to show, and some refuse the item.",
    _section("Items"),
)
ITEM_URL = warning(
    "json-item-url",
    "An item has a `url`, even where that is its `id`.",
    "Whoever wants to read on finds no way to the page.",
    _section("Items"),
)
TAG = warning(
    "json-tag",
    "The tags of an item differ, and none is empty.",
    "Readers that group by tags count the item twice, or under nothing.",
    _section("Items"),
)
ATTACHMENT = error(
    "json-attachment",
    "An attachment has a `url` and a `mime_type`.",
    "A reader cannot tell what there is to download or how to play it, and leaves it out.",
    _section("Attachments"),
)
ATTACHMENT_NUMBER = error(
    "json-attachment-number",
    "`size_in_bytes` and `duration_in_seconds` are not negative, and bytes are whole.",
    "Players show nonsense, or refuse the attachment.",
    _section("Attachments"),
)
ATTACHMENT_TITLE = warning(
    "json-attachment-title",
    "Attachments that share a title are forms of one thing, and so of one kind: all audio, or all images.",
    "Readers offer one of them and hide the others.",
    _section("Attachments"),
)
ATTACHMENT_REPEATED = warning(
    "json-attachment-repeated",
    "No two attachments of an item have one address.",
    "Readers list the same file twice.",
    _section("Attachments"),
)

RULES = (
    TYPE,
    REQUIRED,
    VERSION,
    VERSION_FIRST,
    VERSION_MEMBER,
    RECOMMENDED,
    EMPTY,
    UNKNOWN,
    EXTENSION,
    URL,
    DATE,
    DATE_ORDER,
    LANGUAGE,
    MEDIA_TYPE,
    NEXT_URL,
    AUTHOR,
    AUTHOR_ALONE,
    HUB,
    HUB_TOPIC,
    ITEM_ID,
    ITEM_ID_TYPE,
    ITEM_ID_UNIQUE,
    ITEM_CONTENT,
    ITEM_URL,
    TAG,
    ATTACHMENT,
    ATTACHMENT_NUMBER,
    ATTACHMENT_TITLE,
    ATTACHMENT_REPEATED,
)
