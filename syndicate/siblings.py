"""Encoded siblings: `rss.xml.gz` and `rss.xml.br` beside `rss.xml`, made again only where need be.

Every text document of a run has one in each coding of `precompress`, whatever it is: so the files of the
output follow from the configuration alone. May know: the publication and the codings; neither feeds
nor formats.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from syndicate import encoding, pool
from syndicate.publish import Publication

# How many documents one batch holds, and how many make starting a pool pay.
_BATCH, _MANY = 16, 128


def offer_siblings(
    publication: Publication,
    codings: Sequence[str],
    known: Mapping[str, tuple[int, int]],
    executor: pool.Executors,
    ahead: int,
) -> set[str]:
    """Offer the siblings of all that was offered or kept; returns the paths of those that were not kept.

    `known` are size and mtime of files as the last run left them. A document and a sibling that both
    are as they were belong together and are kept; any other sibling is made anew, and compared.
    """
    codings = sorted(set(codings))
    offered = set()
    stale = _keep(publication, codings, known)
    many = sum(map(len, stale.values())) > _MANY
    batches = pool.in_batches(((path, publication.body(path)) for path in stale), _BATCH)
    sent: list[list[tuple[str, bytes]]] = []

    def arguments() -> Iterator[tuple[object, ...]]:
        for batch in batches:
            sent.append(batch)
            yield codings, [body for _, body in batch]

    for results in pool.spread(executor() if many else None, encoding.encode_batch, arguments(), ahead):
        for (path, _), encoded in zip(sent.pop(0), results, strict=True):
            for coding, body in zip(codings, encoded, strict=True):
                if coding in stale[path]:
                    sibling = path + encoding.SUFFIXES[coding]
                    publication.offer(sibling, body)
                    offered.add(sibling)
    return offered


def _keep(
    publication: Publication, codings: Sequence[str], known: Mapping[str, tuple[int, int]]
) -> dict[str, list[str]]:
    """Keep the siblings that can stay; tells which codings of which documents are to be made."""
    stale: dict[str, list[str]] = {}
    documents = [path for path, state in publication.states.items() if state != "foreign"]
    for path in filter(encoding.is_text, documents):
        settled = publication.states[path] == "same" and known.get(path, 0) == publication.status(path)
        for coding in codings:
            sibling = path + encoding.SUFFIXES[coding]
            if settled and known.get(sibling, 0) == publication.status(sibling):
                publication.keep(sibling)
            elif publication.dry_run and publication.states[path] != "same":
                # Its bytes were not kept; what it would be encoded as differs, as it does itself.
                missing = publication.status(sibling) is None
                publication.states[sibling] = "absent" if missing else "different"
            else:
                stale.setdefault(path, []).append(coding)
    return stale
