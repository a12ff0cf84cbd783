"""The rules of RSS 2.0: its specification, the RSS Best Practices Profile, the W3C feed validator's findings.

May know: how rules are made; nothing of how they are checked.
"""

from __future__ import annotations

from syndicate.check.clauses import (
    Clause,
    error,
    profile,
    rss,
    w3c_error,
    w3c_warning,
    warning,
)

VERSION = error(
    "rss-version",
    "<rss> has a version.",
    "Readers tell from it which elements there may be; some refuse the document.",
    rss("What is RSS?", "whatIsRss"),
)
OBSOLETE_VERSION = warning(
    "rss-obsolete-version",
    "The version is 2.0.",
    "Earlier versions have no guid, no category and no author: readers may look for none.",
    w3c_warning("ObsoleteVersion"),
)
CHANNEL = error(
    "rss-channel",
    "<rss> holds one <channel>.",
    "Without one there is nothing to show; of several, readers show the first.",
    rss("What is RSS?", "whatIsRss"),
)
REQUIRED = error(
    "rss-required",
    "A channel has a <title>, a <link> and a <description>.",
    "Readers have nothing to call the feed by, or no way to its site.",
    rss("Required channel elements", "requiredChannelElements"),
)
EMPTY = warning(
    "rss-empty",
    "An element that is there says something.",
    "Readers show an empty line, or an address that leads to the feed itself.",
    w3c_warning("NotBlank"),
)
ITEM_CONTENT = error(
    "rss-item-content",
    "An item has a <title> or a <description>.",
    "Readers show an empty line, or leave it out.",
    rss("Elements of <item>", "hrelementsOfLtitemgt"),
)
REPEATED = error(
    "rss-repeated",
    "An element stands once, but for <item>, <category> and <enclosure>.",
    "Some readers take the first, others the last.",
    w3c_error("DuplicateElement"),
)
UNKNOWN_ELEMENT = error(
    "rss-unknown-element",
    "An element that the specification does not describe in its place is in a namespace.",
    "Readers do not see it.",
    rss("Extending RSS", "extendingRss"),
)
UNKNOWN_ATTRIBUTE = error(
    "rss-unknown-attribute",
    "An attribute that the specification does not describe is in a namespace.",
    "Readers do not see it; a wrong name often stands for a right one that is missing.",
    Clause(
        "RSS 2.0, Extending RSS; W3C feed validator: UnexpectedAttribute",
        "https://www.rssboard.org/rss-specification#extendingRss",
    ),
)
MARKUP = error(
    "rss-markup",
    "HTML in an element is escaped, or in a CDATA section: there are no elements in texts.",
    "Readers show the text up to the first tag, or nothing.",
    profile("Character Data", "data-types-characterdata"),
)
STRAY_TEXT = error(
    "rss-stray-text",
    "There is no text between the elements of a channel or an item.",
    "Nobody sees it; often a tag around it is missing.",
    w3c_error("UnexpectedText"),
)
ITEM_ORDER = warning(
    "rss-item-order",
    "The items come after all else in a channel.",
    "Readers that begin with the first item may not see what follows.",
    w3c_warning("MisplacedItem"),
)
GUID_MISSING = warning(
    "rss-guid-missing",
    "An item has a <guid>.",
    "Readers tell items apart by link or title then: an edit makes an old item a new one.",
    w3c_warning("MissingGuid"),
)
GUID_PERMALINK = error(
    "rss-guid-permalink",
    'A <guid> is the full address of the item, unless it says isPermaLink="false".',
    "Readers open it in place of the link, and it leads nowhere.",
    rss("<guid>", "ltguidgtSubelementOfLtitemgt"),
)
GUID_UNIQUE = error(
    "rss-guid-unique",
    "No two items have the same <guid>.",
    "Readers show one of them, and it may change at every visit.",
    rss("<guid>", "ltguidgtSubelementOfLtitemgt"),
)
DATE = error(
    "rss-date",
    "A date is one of RFC 822, with a year of four or two digits, and the right day of the week if any.",
    "Readers sort the item wrongly, date it to the day they found it, or leave it out.",
    Clause(
        "RSS 2.0, <pubDate>; RFC 822 §5",
        "https://www.rssboard.org/rss-specification#ltpubdategtSubelementOfLtitemgt",
    ),
)
DATE_DOUBTFUL = warning(
    "rss-date-doubtful",
    "A date has a year of four digits, no zone of a single letter, and no comment.",
    "Readers read it differently.",
    w3c_warning("ProblematicalRFC822Date"),
)
URL = error(
    "rss-url",
    "An address is absolute, and what RFC 3986 does not allow in it is percent-encoded.",
    "A feed is read elsewhere: readers follow it to their own site, or cannot follow it.",
    w3c_error("InvalidLink"),
)
EMAIL = error(
    "rss-email",
    "<author>, <managingEditor> and <webMaster> hold an e-mail address: `mail@site.example (Name)`.",
    "Readers show it as an address to write to. For a name alone there is dc:creator.",
    rss("<author>", "ltauthorgtSubelementOfLtitemgt"),
)
EMAIL_FORM = warning(
    "rss-email-name",
    "An e-mail address is followed by the name in brackets.",
    "Readers show the address for want of a name.",
    profile("E-mail Addresses", "data-types-email"),
)
LANGUAGE = error(
    "rss-language",
    "A language is a language tag such as `en` or `en-gb`.",
    "Readers break words, sort and speak by it.",
    Clause("RSS 2.0, <language>; RFC 5646", "https://www.rssboard.org/rss-language-codes"),
)
TTL = error(
    "rss-ttl",
    "<ttl> is a number of minutes.",
    "Readers come too often, or never again.",
    rss("<ttl>", "ltttlgtSubelementOfLtchannelgt"),
)
CLOUD = error(
    "rss-cloud",
    "<cloud> has a domain, a port that is a number, a path, a registerProcedure and one of three protocols.",
    "Nobody can ask to be told of changes.",
    rss("<cloud>", "ltcloudgtSubelementOfLtchannelgt"),
)
IMAGE = error(
    "rss-image",
    "<image> has a url, a title and a link; it is at most 144 wide and 400 high.",
    "Readers show no image, or one that covers their list.",
    rss("<image>", "ltimagegtSubelementOfLtchannelgt"),
)
IMAGE_FORMAT = warning(
    "rss-image-format",
    "The image of a channel is a GIF, JPEG or PNG.",
    "Some readers show no others.",
    w3c_warning("ImageUrlFormat"),
)
IMAGE_MISMATCH = warning(
    "rss-image-mismatch",
    "The title and the link of the image are those of the channel.",
    "The image is called other than the feed, or leads elsewhere.",
    Clause(
        "W3C feed validator: ImageTitleDoesntMatch, ImageLinkDoesntMatch",
        "https://validator.w3.org/feed/docs/warning/ImageTitleDoesntMatch.html",
    ),
)
SKIP = error(
    "rss-skip",
    "<skipHours> holds hours from 0 to 23, <skipDays> English names of days, each once.",
    "Readers come when they should not, or never.",
    Clause(
        "RSS 2.0, Optional channel elements; W3C feed validator: InvalidHour, InvalidDay",
        "https://www.rssboard.org/rss-specification#optionalChannelElements",
    ),
)
TEXT_INPUT = error(
    "rss-text-input",
    "<textInput> has a title, a description, a name and a link.",
    "The box that readers show for it does nothing.",
    rss("<textInput>", "lttextinputgtSubelementOfLtchannelgt"),
)
TEXT_INPUT_USED = warning(
    "rss-text-input-used",
    "There is no <textInput>.",
    "Most readers ignore it.",
    w3c_warning("AvoidTextInput"),
)
ENCLOSURE = error(
    "rss-enclosure",
    "An <enclosure> has a url of http or https, a length in bytes (0 if it is not known) and a media type.",
    "Podcast players leave out the episode, or cannot tell that it is one.",
    rss("<enclosure>", "ltenclosuregtSubelementOfLtitemgt"),
)
ENCLOSURES = warning(
    "rss-enclosures",
    "An item has one <enclosure>.",
    "Some readers show the first, others the last.",
    w3c_warning("DuplicateEnclosure"),
)
SOURCE = error(
    "rss-source",
    "A <source> has a url, and it is absolute.",
    "Nobody can get to the feed that the item came from.",
    rss("<source>", "ltsourcegtSubelementOfLtitemgt"),
)
SELF = warning(
    "rss-self",
    "A channel says where it is itself, by an atom:link of rel self and type application/rss+xml.",
    "Readers that got the document from elsewhere cannot subscribe to it.",
    Clause(
        "W3C feed validator: MissingAtomSelfLink; RSS Best Practices Profile, atom:link",
        "https://validator.w3.org/feed/docs/warning/MissingAtomSelfLink.html",
    ),
)
CONTENT_ORDER = warning(
    "rss-content-order",
    "A <description> comes before content:encoded.",
    "Readers that take the last of them show the summary in place of the article.",
    w3c_warning("NeedDescriptionBeforeContent"),
)
SAME_MEANING = warning(
    "rss-same-meaning",
    "A thing is said once: by an element of RSS, or by one of Dublin Core.",
    "Where the two differ, some readers take the one and some the other.",
    w3c_warning("DuplicateItemSemantics"),
)
DC_DATE = warning(
    "rss-dc-date",
    "A dc:date is one of W3C's date and time formats.",
    "Readers that go by it date the item to the day they found it.",
    w3c_error("InvalidW3CDTFDate"),
)

RULES = (
    VERSION, OBSOLETE_VERSION, CHANNEL, REQUIRED, EMPTY, ITEM_CONTENT, REPEATED, UNKNOWN_ELEMENT,
    UNKNOWN_ATTRIBUTE, MARKUP, STRAY_TEXT, ITEM_ORDER, GUID_MISSING, GUID_PERMALINK, GUID_UNIQUE, DATE,
    DATE_DOUBTFUL, URL, EMAIL, EMAIL_FORM, LANGUAGE, TTL, CLOUD, IMAGE, IMAGE_FORMAT, IMAGE_MISMATCH, SKIP,
    TEXT_INPUT, TEXT_INPUT_USED, ENCLOSURE, ENCLOSURES, SOURCE, SELF, CONTENT_ORDER, SAME_MEANING, DC_DATE,
)  # fmt: skip
