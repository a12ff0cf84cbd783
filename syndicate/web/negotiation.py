"""Which content coding to send (RFC 9110 §12.5.3). Pure: a header and what there is, in; one of it, out.

May know: nothing of files or of the rest of the request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

IDENTITY = "identity"
_ELEMENT = re.compile(
    r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:;\s*[qQ]\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?\s*"
)
# Below any weight that can be written (§12.4.2): an identity that nobody speaks of is the last choice.
_LEAST = 0.0001


def weights(accept: str) -> dict[str, float]:
    """Read an Accept-Encoding header; what cannot be read is left out."""
    found: dict[str, float] = {}
    for element in accept.split(","):
        if match := _ELEMENT.fullmatch(element):
            coding = match[1].lower().removeprefix("x-")
            found[coding] = 1.0 if match[2] is None else float(match[2])
    return found


def choose(accept: str | None, sizes: Mapping[str, int]) -> str:
    """Choose among codings by the client's weights, among equals the smallest; `identity` always exists.

    Without a header any coding would be allowed; but who does not ask for one may not know it. Where
    nothing is acceptable the identity is sent all the same (§12.4.1 allows it): a reader can do more
    with that than with a 406.
    """
    if accept is None:
        return IDENTITY
    given = weights(accept)
    everything_else = given.get("*")
    weighed = {coding: given.get(coding, everything_else or 0.0) for coding in sizes}
    if IDENTITY not in given:
        weighed[IDENTITY] = 0.0 if everything_else == 0 else _LEAST
    best = max(weighed, key=lambda coding: (weighed[coding], -sizes[coding], coding))
    return best if weighed[best] > 0 else IDENTITY
