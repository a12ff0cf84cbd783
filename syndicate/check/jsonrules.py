"""The rules of JSON Feed 1.0 and 1.1, as data; what is common to all formats is elsewhere.

May know: what a rule is; not how any of them is checked.
"""

from __future__ import annotations

from syndicate.check.finding import Rule, Severity

_SPEC = "https://www.jsonfeed.org/version/1.1/#"
_ERROR, _WARNING = Severity.ERROR, Severity.WARNING


def _rule(name: str, severity: Severity, section: str, demand: str, why: str) -> Rule:
    anchor = section.lower().replace(" ", "-")
    return Rule(
        name=f"json-{name}",
        severity=severity,
        demand=demand,
        why=why,
        clause=f"JSON Feed 1.1, {section}",
        url=_SPEC + anchor,
    )


TYPE = _rule(
    "type",
    _ERROR,
    "Top-level",
    "Every member has the type that the format gives it.",
    "A reader written in a typed language refuses the whole feed for one value of another type.",
)
REQUIRED = _rule(
    "required",
    _ERROR,
    "Top-level",
    "A feed has `version`, `title` and `items`.",
    "A reader cannot tell that this is a feed, what to call it, or what is in it.",
)
VERSION = _rule(
    "version",
    _ERROR,
    "Top-level",
    "`version` is the address of a published version of the format.",
    "Readers recognise a JSON Feed by this address, and take anything else for some other JSON.",
)
VERSION_FIRST = _rule(
    "version-first",
    _WARNING,
    "Top-level",
    "`version` stands at the very top.",
    "Readers that look at the first bytes of a document do not recognise the feed.",
)
VERSION_MEMBER = _rule(
    "version-member",
    _WARNING,
    "Deprecations",
    "A feed of version 1.0 uses no member that came with 1.1.",
    "A reader of 1.0 passes `authors` and `language` over: the feed has neither.",
)
RECOMMENDED = _rule(
    "recommended",
    _WARNING,
    "Top-level",
    "A feed on the public web has `home_page_url` and `feed_url`.",
    "A reader cannot lead to the site, and does not recognise the feed when it moves.",
)
EMPTY = _rule(
    "empty",
    _WARNING,
    "Top-level",
    "A member that is there says something.",
    "A reader shows a blank where without the member it would show something of its own.",
)
UNKNOWN = _rule(
    "unknown-member",
    _WARNING,
    "Key Naming Rules",
    "Members are those of the format, or extensions that begin with `_`.",
    "No reader looks at it: most often it is another member, misspelled, or in the wrong place.",
)
EXTENSION = _rule(
    "extension",
    _ERROR,
    "Extensions",
    "An extension is an object whose name is `_` and a letter and so on, without a dot.",
    "A reader that expects an object there fails; one that reads names as paths finds nothing.",
)
PLAIN_TEXT = _rule(
    "plain-text",
    _WARNING,
    "Items",
    "HTML stands in `content_html` alone.",
    "Readers show the tags and entities of other members as they are written.",
)
URL = _rule(
    "url",
    _ERROR,
    "Top-level",
    "An address is an absolute URL, percent-encoded where it has to be, and of http or https.",
    "A reader has no page that it could be relative to: the link or image leads nowhere.",
)
DATE = _rule(
    "date",
    _ERROR,
    "Items",
    "A date is one of RFC 3339, of a day that there is.",
    "Readers cannot tell when it was: the item goes to the top or the bottom, or is refused.",
)
FUTURE = _rule(
    "future",
    _WARNING,
    "Items",
    "No item is dated in the future.",
    "Readers hide the item until then, or keep it above all others.",
)
DATE_ORDER = _rule(
    "date-order",
    _WARNING,
    "Items",
    "No item was modified before it was published.",
    "One of the dates is wrong, and which one readers sort by differs.",
)
LANGUAGE = _rule(
    "language",
    _ERROR,
    "Top-level",
    "A language is a tag of RFC 5646, such as `en` or `pt-BR`.",
    "Readers choose fonts, hyphenation and voices by it, and know no other names.",
)
MEDIA_TYPE = _rule(
    "media-type",
    _ERROR,
    "Attachments",
    "`mime_type` has the form of a media type, such as `audio/mpeg`.",
    "Readers cannot tell how to show or play the file.",
)
NEXT_URL = _rule(
    "next-url",
    _ERROR,
    "Top-level",
    "`next_url` is another address than the feed's own.",
    "A reader that follows it never comes to an end.",
)
AUTHOR = _rule(
    "author",
    _ERROR,
    "Top-level",
    "An author has at least one of `name`, `url` and `avatar`.",
    "A reader has nothing to show for the author.",
)
AUTHOR_ALONE = _rule(
    "author-alone",
    _WARNING,
    "Deprecations",
    "A feed of version 1.1 names its authors in `authors`; `author` may stand beside it.",
    "Readers of version 1.1 need not look at `author`, and show none.",
)
HUB = _rule(
    "hub",
    _ERROR,
    "Top-level",
    "A hub has a `type` and a `url`.",
    "A reader cannot subscribe to it, and keeps polling.",
)
HUB_TOPIC = _rule(
    "hub-topic",
    _ERROR,
    "Subscribing to Real-time Notifications",
    "A feed with a WebSub hub has a `feed_url`.",
    "It is what a reader subscribes to at the hub.",
)
ITEM_ID = _rule(
    "item-id",
    _ERROR,
    "Items",
    "An item has an `id` that is not empty.",
    "Readers discard the item, or show it again at every change.",
)
ITEM_ID_TYPE = _rule(
    "item-id-type",
    _WARNING,
    "Items",
    "The `id` of an item is a string.",
    "Readers make a string of it, each in its own way, or refuse the feed.",
)
ITEM_ID_UNIQUE = _rule(
    "item-id-unique",
    _ERROR,
    "Items",
    "No two items of a feed share an `id`.",
    "Readers keep one of them and lose the other.",
)
ITEM_CONTENT = _rule(
    "item-content",
    _ERROR,
    "Items",
    "An item has `content_html`, `content_text` or both.",
    "A reader has nothing to show, and some refuse the item.",
)
ITEM_URL = _rule(
    "item-url",
    _WARNING,
    "Items",
    "An item has a `url`, even where that is its `id`.",
    "Whoever wants to read on finds no way to the page.",
)
TAG = _rule(
    "tag",
    _WARNING,
    "Items",
    "The tags of an item differ, and none is empty.",
    "Readers that group by tags count the item twice, or under nothing.",
)
ATTACHMENT = _rule(
    "attachment",
    _ERROR,
    "Attachments",
    "An attachment has a `url` and a `mime_type`.",
    "A reader cannot tell what there is to download or how to play it, and leaves it out.",
)
ATTACHMENT_NUMBER = _rule(
    "attachment-number",
    _ERROR,
    "Attachments",
    "`size_in_bytes` and `duration_in_seconds` are not negative, and bytes are whole.",
    "Players show nonsense, or refuse the attachment.",
)
ATTACHMENT_TITLE = _rule(
    "attachment-title",
    _WARNING,
    "Attachments",
    "Attachments that share a title are forms of one thing, and so of one kind: all audio, or all images.",
    "Readers offer one of them and hide the others.",
)
ATTACHMENT_REPEATED = _rule(
    "attachment-repeated",
    _WARNING,
    "Attachments",
    "No two attachments of an item have one address.",
    "Readers list the same file twice.",
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
    PLAIN_TEXT,
    URL,
    DATE,
    FUTURE,
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
