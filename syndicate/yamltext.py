"""YAML text as dicts, lists and strings as they were written; types are for the fields to say.

`1.10` stays "1.10" and `No` stays "No"; only nothing, `~` and `null` mean None. What is plain is read by
`blockyaml`, and what is not, or is asked for by its line, by `yamlevents`. May know: neither paths nor
names of fields.
"""

from __future__ import annotations

from collections.abc import Sequence

from syndicate.blockyaml import parse_block
from syndicate.errors import FieldPath

Value = str | None | list["Value"] | dict[str, "Value"]
Mapping = dict[str, Value]


def parse_yaml(text: str, first_line: int = 1) -> Value:
    """Parse one YAML document into dicts, lists and strings as written.

    Aliases and merge keys are resolved. Raises ArticleError, with the line counted from `first_line`,
    for YAML that cannot be read, a key given twice, a tag outside YAML's core schema, a second
    document, and aliases that expand beyond bounds.
    """
    plain: Value = parse_block(text)
    if plain is not None:
        return plain
    # PyYAML is loaded where it is needed: most runs do without.
    from syndicate.yamlevents import parse_events

    value: Value = parse_events(text, first_line)
    return value


def line_in_yaml(text: str, field: FieldPath, first_line: int = 1) -> int:
    """Find the line of a field in a YAML text that `parse_yaml` has read, or of what holds it."""
    return lines_in_yaml(text, [field], first_line)[0]


def lines_in_yaml(text: str, fields: Sequence[FieldPath], first_line: int = 1) -> list[int]:
    """Find the lines of several fields; the text is parsed once for all of them."""
    from syndicate.yamlevents import lines_of

    return lines_of(text, fields, first_line)
