"""All of YAML, by the events of PyYAML: values as they were written, what is wrong, and where things stand.

Its C parser reads; where that is absent or refuses, the pure parser has the word, so that a file reads the
same with and without libyaml. The only module that knows PyYAML, which takes a hundredth of a second to
load. May know: neither paths nor names of fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import yaml
from yaml import events, nodes
from yaml.composer import Composer
from yaml.parser import Parser
from yaml.reader import Reader, ReaderError
from yaml.resolver import Resolver
from yaml.scanner import Scanner, ScannerError

from syndicate.errors import ArticleError, FieldPath, Problem, quoted
from syndicate.text import join_surrogates

try:
    from yaml._yaml import CParser
except ImportError:  # PyYAML was built without libyaml
    CParser = None  # type: ignore[assignment,misc]

LIBYAML: bool = CParser is not None
"""Whether PyYAML came with libyaml; without it everything reads the same, five times slower."""

DEEPEST = 64
"""How deep collections may nest."""
LARGEST_EXPANSION = 100_000
"""How much aliases may expand to, in nodes (64 characters of text count as one more)."""

_CORE_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map")
) | {None, "!"}
_NOTHING = frozenset(("", "~", "null"))
_LINE_ENDS = "\0\r\n\x85\u2028\u2029"


class _Refused(Exception):
    """What is wrong with a YAML text, with its line counted from 0."""

    def __init__(self, found: str, expected: str, line: int) -> None:
        super().__init__(found)
        self.found, self.expected, self.line = found, expected, line


def parse_events(text: str, first_line: int = 1) -> Any:
    """Do what `yamltext.parse_yaml` does, for any text."""
    if LIBYAML:
        try:
            return _Builder(pure=False).build(_events(text, CParser))
        except (yaml.YAMLError, UnicodeError):
            pass  # The pure parser reads surrogate pairs, and says better what is wrong.
        except _Refused as refused:
            raise _as_error(refused, first_line) from None
    try:
        return _Builder(pure=True).build(_events(text, _PureParser))
    except yaml.YAMLError as error:
        raise _as_error(_explain(error, text), first_line) from None
    except _Refused as refused:
        raise _as_error(refused, first_line) from None


class _PureParser(Reader, Scanner, Parser):
    """PyYAML's own parser, without the constructors that would guess at types.

    It reads what libyaml reads and PyYAML alone refuses: tabs between tokens, `[https://a/b.png?1]`,
    byte order marks where a file was put together from others.
    """

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def scan_to_next_token(self) -> None:
        """Skip blanks, comments and line breaks, as `yaml_parser_scan_to_next_token` does."""
        if self.index == 0 and self.peek() == "\ufeff":
            self.forward()
        while True:
            if self.column == 0 and self.peek() == "\ufeff":
                self.forward()
                self.column += 1
            # A tab never indents: it may not stand where a key of a block could begin.
            while self.peek() == " " or (
                self.peek() == "\t" and (self.flow_level or not self.allow_simple_key)
            ):
                self.forward()
            if self.peek() == "#":
                while self.peek() not in _LINE_ENDS:
                    self.forward()
            if not self.scan_line_break():  # type: ignore[no-untyped-call]
                return
            if not self.flow_level:
                self.allow_simple_key = True

    def scan_plain(self) -> Any:
        """Read a plain scalar; a question mark does not end it, not even inside brackets."""
        return self._scan(super().scan_plain, {"?": "x"}) if self.flow_level else super().scan_plain()

    def scan_plain_spaces(self, indent: int, start_mark: Any) -> Any:
        """Read the blanks inside a plain scalar, tabs too, but none that would indent a line."""
        line = self.line
        spaces = self._scan(super().scan_plain_spaces, {"\t": " "}, indent, start_mark)
        if self.line != line and "\t" in self.buffer[self.pointer - self.column : self.pointer][:indent]:
            problem = "found a tab character that violates indentation"
            raise ScannerError("while scanning a plain scalar", start_mark, problem, self.get_mark())
        return spaces

    def scan_tag(self) -> Any:
        """Read a tag, be it a blank or a tab that ends it."""
        return self._scan(super().scan_tag, {"\t": " "})

    def scan_block_scalar_indicators(self, start_mark: Any) -> Any:
        """Read what follows `|` or `>`, be it a tab or a comment."""
        return self._scan(super().scan_block_scalar_indicators, {"\t": " ", "#": " "}, start_mark)

    def scan_block_scalar_ignored_line(self, start_mark: Any) -> None:
        """Skip the rest of the line that begins a block scalar."""
        self._scan(super().scan_block_scalar_ignored_line, {"\t": " "}, start_mark)

    def _scan(self, scan: Callable[..., Any], taken_for: dict[str, str], *arguments: Any) -> Any:
        # PyYAML decides by `peek` and takes the text by `prefix`: only its decisions change.
        peek = self.peek
        vars(self)["peek"] = lambda index=0: taken_for.get(seen := peek(index), seen)
        try:
            return scan(*arguments)
        finally:
            vars(self)["peek"] = peek


class _PureComposer(_PureParser, Composer, Resolver):
    """The same parser with nodes, which know their lines."""

    def __init__(self, text: str) -> None:
        _PureParser.__init__(self, text)
        Composer.__init__(self)
        Resolver.__init__(self)


def _events(text: str, parser: Any) -> Iterator[Any]:
    # Both parsers give None after the last event.
    return iter(parser(text).get_event, None)


class _Open:
    """A collection that is being read: where it will go, and what of it is pending."""

    __slots__ = ("anchor", "key", "merge_line", "merges", "value", "weight")

    def __init__(self, value: Any, anchor: str | None, weight: int) -> None:
        self.value = value
        self.anchor = anchor
        self.weight = weight
        self.key: str | None = None
        self.merges: list[Any] = []
        self.merge_line = 0


class _Builder:
    """Builds the value that a stream of events describes; without recursion, so depth is ours to bound."""

    def __init__(self, *, pure: bool) -> None:
        self.pure = pure
        # Weights are asked for only once there is an anchor; surrogates come from the pure parser only.
        self.careful = pure
        self.top = _Open([], None, 0)
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.weight = 0
        self.expanded = 0

    def build(self, stream: Iterator[Any]) -> Any:
        actions = {
            events.MappingStartEvent: self._open,
            events.SequenceStartEvent: self._open,
            events.MappingEndEvent: self._close,
            events.SequenceEndEvent: self._close,
            events.AliasEvent: self._alias,
            events.DocumentStartEvent: self._document,
        }
        scalar_event, nothing = events.ScalarEvent, _NOTHING
        for event in stream:
            kind = type(event)
            if kind is not scalar_event:
                if action := actions.get(kind):
                    action(event)
                continue
            top = self.top
            key = top.key
            holder = top.value
            if self.careful or event.tag is not None or event.anchor is not None:
                self._scalar(event)
            # Nearly every event is a text without tag and anchor: these take the short way.
            elif key is not None and key in holder:
                value = event.value
                holder[key] = None if value in nothing and event.implicit[0] else value
                top.key = None
            elif key is None and type(holder) is dict:
                value = event.value
                if value in holder or value == "<<":
                    self._key(top, value, event.implicit[0], event.start_mark.line)
                else:
                    holder[value] = None
                    top.key = value
            else:
                self._scalar(event)
        root = self.top.value
        return root[0] if root else None

    def _document(self, event: Any) -> None:
        if self.top.value:
            raise _Refused("a second document", "one document", event.start_mark.line)

    def _scalar(self, event: Any) -> None:
        value = event.value
        weight = 1 + (len(value) >> 6)
        self.weight += weight
        if event.tag is not None:
            _check_tag(event)
        if self.pure:
            value = join_surrogates(value)
        # The parsers disagree on what is implied by the tag "!", so that tag is a word of its own.
        plain = event.implicit[0] and event.tag is None
        if event.anchor:
            self.careful = True
            self.anchors[event.anchor] = (None if plain and value in _NOTHING else value, weight)
        top = self.top
        if top.key is None and type(top.value) is dict:
            self._key(top, value, plain, event.start_mark.line)
        else:
            self._put(None if plain and value in _NOTHING else value)

    def _key(self, top: _Open, key: str, plain: bool, line: int) -> None:
        if key in top.value:
            raise _Refused(f"the key {quoted(key)} a second time", "each key once", line)
        top.key = key
        # The key holds its place, so that a second one is seen at once; a merge key holds none.
        if key == "<<" and plain:
            top.merge_line = line
        else:
            top.value[key] = None

    def _put(self, value: Any) -> None:
        top = self.top
        if top.key is None:
            top.value.append(value)
        elif top.key in top.value:
            top.value[top.key] = value
            top.key = None
        else:
            top.merges.append(value)
            top.key = None

    def _open(self, event: Any) -> None:
        if event.tag is not None:
            _check_tag(event)
        self._refuse_as_key("a collection", event)
        if len(self.stack) >= DEEPEST:
            raise _Refused("collections nested too deep", f"at most {DEEPEST} levels", event.start_mark.line)
        self.weight += 1
        if event.anchor:
            self.careful = True
        self.stack.append(self.top)
        value: Any = {} if type(event) is events.MappingStartEvent else []
        self.top = _Open(value, event.anchor, self.weight)

    def _close(self, _event: Any) -> None:
        closed = self.top
        if closed.merges:
            _merge(closed.value, closed.merges, closed.merge_line)
        if closed.anchor:
            self.anchors[closed.anchor] = (closed.value, self.weight - closed.weight + 1)
        self.top = self.stack.pop()
        self._put(closed.value)

    def _alias(self, event: Any) -> None:
        line = event.start_mark.line
        self._refuse_as_key("an alias", event)
        if event.anchor not in self.anchors:
            found = f"the alias {quoted(f'*{event.anchor}')}"
            raise _Refused(found, "an anchor that stands before it, whole", line)
        value, weight = self.anchors[event.anchor]
        self.weight += weight
        self.expanded += weight
        if self.expanded > LARGEST_EXPANSION:
            bound = f"at most {LARGEST_EXPANSION:,} nodes"
            raise _Refused("aliases that expand without bounds", bound, line)
        self._put(value)

    def _refuse_as_key(self, what: str, event: Any) -> None:
        if self.top.key is None and type(self.top.value) is dict:
            raise _Refused(f"{what} as a key", "a text as a key", event.start_mark.line)


def _merge(mapping: dict[str, Any], merges: list[Any], line: int) -> None:
    """Merge other mappings under the keys of this one (YAML's merge key): nearer keys win."""
    for merged in merges:
        for each in merged if isinstance(merged, list) else [merged]:
            if not isinstance(each, dict):
                raise _Refused("'<<' with something else", "'<<' with a mapping or a list of mappings", line)
            for key, value in each.items():
                mapping.setdefault(key, value)


def _check_tag(event: Any) -> None:
    if event.tag not in _CORE_TAGS:
        found = f"the tag {quoted(event.tag)}"
        raise _Refused(found, "no tag: values are read as text", event.start_mark.line)


def _explain(error: yaml.YAMLError, text: str) -> _Refused:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        problem = " ".join(part for part in (error.context, error.problem) if part)
        return _Refused(f"broken YAML ({problem})", "valid YAML", error.problem_mark.line)
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position)
        code = error.character if isinstance(error.character, int) else ord(error.character)
        return _Refused(f"the character U+{code:04X}", "text without control characters", line)
    return _Refused(f"broken YAML ({error})", "valid YAML", 0)


def _as_error(refused: _Refused, first_line: int) -> ArticleError:
    return ArticleError(
        Problem(found=refused.found, expected=refused.expected, line=refused.line + first_line)
    )


def _composed(text: str) -> Any:
    if LIBYAML:

        class FastComposer(CParser, Resolver):
            def __init__(self, text: str) -> None:
                CParser.__init__(self, text)
                Resolver.__init__(self)

        try:
            return FastComposer(text).get_single_node()
        except (yaml.YAMLError, UnicodeError):
            pass  # As in `parse_events`.
    return _PureComposer(text).get_single_node()


def lines_of(text: str, fields: Sequence[FieldPath], first_line: int = 1) -> list[int]:
    """Find the lines of fields in a text that was read, or of what holds them; parses once for all."""
    try:
        node = _composed(text)
    except yaml.YAMLError:  # pragma: no cover - parse_yaml has read it, so it composes
        return [first_line] * len(fields)
    return [_line_below(node, field, first_line) for field in fields]


def _line_below(node: Any, field: FieldPath, first_line: int) -> int:
    line = first_line
    for step in field:
        found = _child(node, step)
        if found is None:
            break
        key, node = found
        line = key.start_mark.line + first_line
    return line


def _child(node: Any, step: str | int) -> tuple[Any, Any] | None:
    if isinstance(node, nodes.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == step), None)
    if isinstance(node, nodes.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None
