"""The rules of Atom 1.0: RFC 4287, and what the W3C feed validator adds to it.

May know: how rules are made; nothing of how they are checked.
"""

from __future__ import annotations

from syndicate.check.clauses import Clause, error, rfc, w3c_error, w3c_warning, warning

REQUIRED = error(
    "atom-required",
    "A feed and each entry has an <id>, a <title> and an <updated>.",
    "Without an id every change is a new entry; without the others nothing can be shown or sorted.",
    Clause("RFC 4287 §4.1.1, §4.1.2", "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.1"),
)
REPEATED = error(
    "atom-repeated",
    "An element stands once, but for <author>, <category>, <contributor>, <entry> and <link>.",
    "Some readers take the first, others the last.",
    Clause("RFC 4287 §4.1.1, §4.1.2", "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.1"),
)
AUTHOR = error(
    "atom-author",
    "A feed has an author, or each of its entries has.",
    "Readers do not say who wrote it.",
    rfc(4287, "4.1.1"),
)
UNKNOWN_ELEMENT = error(
    "atom-unknown-element",
    "An element in the namespace of Atom is one of RFC 4287, in its place.",
    "Readers do not see it.",
    Clause("RFC 4287 §4, §6.2", "https://www.rfc-editor.org/rfc/rfc4287#section-6.2"),
)
NO_NAMESPACE = warning(
    "atom-no-namespace",
    "An extension has a namespace of its own.",
    "Readers cannot tell what it means; often it is an element of RSS that went astray.",
    w3c_error("NotInANamespace"),
)
UNKNOWN_ATTRIBUTE = error(
    "atom-unknown-attribute",
    "An attribute without namespace is one of RFC 4287, in its place.",
    "Readers do not see it; a wrong name often stands for a right one that is missing.",
    Clause(
        "RFC 4287 appendix B (undefinedAttribute); W3C feed validator: UnexpectedAttribute",
        "https://www.rfc-editor.org/rfc/rfc4287#appendix-B",
    ),
)
STRAY_TEXT = error(
    "atom-stray-text",
    "There is no text between the elements of a feed, an entry or a person.",
    "Nobody sees it; often a tag around it is missing.",
    w3c_error("UnexpectedText"),
)
EMPTY = warning(
    "atom-empty",
    "A title, and the name of a person, say something.",
    "Readers show an empty line.",
    w3c_warning("NotBlank"),
)
ID = error(
    "atom-id",
    "An <id> is an absolute IRI, without blanks.",
    "Ids of several feeds get mixed up, and entries with them.",
    rfc(4287, "4.2.6"),
)
ID_UNIQUE = error(
    "atom-id-unique",
    "Two entries with one <id> are two versions of one entry, so they differ in <updated>.",
    "Readers show one of them, and it may change at every visit.",
    Clause(
        "RFC 4287 §4.1.1; W3C feed validator: DuplicateIds",
        "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.1",
    ),
)
ID_REPEATED = warning(
    "atom-id-repeated",
    "A feed shows one version of an entry.",
    "Readers show all versions, the newest or the first.",
    w3c_warning("DuplicateEntries"),
)
DATE = error(
    "atom-date",
    "A date is one of RFC 3339, with capital T and Z and no blanks.",
    "Readers sort the entry wrongly, date it to the day they found it, or leave it out.",
    rfc(4287, "3.3"),
)
UPDATED_FIRST = warning(
    "atom-updated-before-published",
    "No entry was updated before it was published.",
    "Readers sort by the one or by the other, and an edit goes unnoticed.",
    Clause("RFC 4287 §4.2.9, §4.2.15", "https://www.rfc-editor.org/rfc/rfc4287#section-4.2.15"),
)
TEXT_TYPE = error(
    "atom-text-type",
    "The type of a text is text, html or xhtml.",
    "Readers show the source of the text, or nothing.",
    rfc(4287, "3.1.1"),
)
TEXT_CHILDREN = error(
    "atom-text-children",
    "A text of type text or html holds no elements.",
    "Readers show what is before the first one, or nothing.",
    Clause("RFC 4287 §3.1.1.1, §3.1.1.2", "https://www.rfc-editor.org/rfc/rfc4287#section-3.1.1.1"),
)
XHTML_DIV = error(
    "atom-xhtml-div",
    "A text of type xhtml is one <div> of XHTML.",
    "Readers show nothing, or the tags.",
    rfc(4287, "3.1.1.3"),
)
CONTENT_TYPE = error(
    "atom-content-type",
    "The type of <content> is text, html, xhtml or a media type, but none of several parts.",
    "Readers show the source of the content, or nothing.",
    rfc(4287, "4.1.3.1"),
)
CONTENT_SRC = error(
    "atom-content-src",
    "<content> with a src is empty, src is an IRI, and its type, if there is one, is a media type.",
    "Readers show what is there and do not fetch what is meant.",
    rfc(4287, "4.1.3.2"),
)
CONTENT_SRC_TYPE = warning(
    "atom-content-src-type",
    "<content> with a src says of what type that is.",
    "Readers have to fetch it to learn whether they can show it.",
    w3c_warning("MissingTypeAttr"),
)
CONTENT_BODY = error(
    "atom-content-body",
    "<content> of a media type is text for text/*, XML for XML, and Base64 for all else.",
    "Readers show letters without meaning.",
    rfc(4287, "4.1.3.3"),
)
ALTERNATE_NEEDED = error(
    "atom-alternate-needed",
    "An entry without <content> links to what it is about, by a link of rel alternate.",
    "There is nothing to read and nowhere to go.",
    rfc(4287, "4.1.2"),
)
ALTERNATE_UNIQUE = error(
    "atom-alternate-unique",
    "No two links of rel alternate have the same type and hreflang.",
    "Readers open the one or the other.",
    Clause("RFC 4287 §4.1.1, §4.1.2", "https://www.rfc-editor.org/rfc/rfc4287#section-4.1.1"),
)
SUMMARY_NEEDED = error(
    "atom-summary-needed",
    "An entry whose content is elsewhere or is Base64 has a <summary>.",
    "Readers have nothing to show.",
    rfc(4287, "4.1.2"),
)
NO_TEXT = warning(
    "atom-no-text",
    "An entry has a <summary> or a <content> with text.",
    "Readers show a title and nothing else.",
    w3c_warning("MissingTextualContent"),
)
PERSON = error(
    "atom-person",
    "A person has one <name>, at most one <uri> (an IRI) and at most one <email> (an address).",
    "Readers do not say who wrote it.",
    rfc(4287, "3.2"),
)
CATEGORY = error(
    "atom-category",
    "A <category> has a term; its scheme is an IRI.",
    "Readers do not sort the entry into it.",
    rfc(4287, "4.2.2"),
)
URI = error(
    "atom-uri",
    "<icon>, <logo>, and the uri of <generator> are IRIs, without blanks.",
    "Readers show no picture, or lead nowhere.",
    Clause("RFC 4287 §4.2.4, §4.2.5, §4.2.8", "https://www.rfc-editor.org/rfc/rfc4287#section-4.2.4"),
)
SELF = warning(
    "atom-self",
    "A feed says where it is itself, by a link of rel self.",
    "Readers that got the document from elsewhere cannot subscribe to it.",
    w3c_warning("MissingSelf"),
)
SOURCE = warning(
    "atom-source",
    "A <source> has the <id>, the <title> and the <updated> of the feed that an entry came from.",
    "Readers cannot say where the entry is from.",
    w3c_warning("MissingSourceElement"),
)

RULES = (
    REQUIRED, REPEATED, AUTHOR, UNKNOWN_ELEMENT, NO_NAMESPACE, UNKNOWN_ATTRIBUTE, STRAY_TEXT, EMPTY, ID,
    ID_UNIQUE, ID_REPEATED, DATE, UPDATED_FIRST, TEXT_TYPE, TEXT_CHILDREN, XHTML_DIV, CONTENT_TYPE,
    CONTENT_SRC, CONTENT_SRC_TYPE, CONTENT_BODY, ALTERNATE_NEEDED, ALTERNATE_UNIQUE, SUMMARY_NEEDED, NO_TEXT,
    PERSON, CATEGORY, URI, SELF, SOURCE,
)  # fmt: skip
