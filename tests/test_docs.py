from __future__ import annotations

import os
import re
import tomllib
import types
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

import click
import msgspec
import pytest
from click.testing import CliRunner

from syndicate import __version__
from syndicate.cli import main
from syndicate.config import load_settings
from syndicate.errors import ConfigError
from syndicate.pipeline import Options
from syndicate.schema import Schema, keys_of
from syndicate.settings import Settings, parse_settings
from syndicate.watch import Watcher
from syndicate.yamltext import parse_yaml

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@cache
def text_of(name: str) -> str:
    """A page of the documentation; nothing where it does not exist."""
    file = ROOT / name
    return file.read_text(encoding="utf-8") if file.exists() else ""


def all_text() -> str:
    """README and docs, one after the other."""
    return "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


# The command line.


def options() -> Iterator[tuple[str, str]]:
    """Every command with each of its options, by the long form; the command alone, too."""
    commands: list[tuple[str, click.Command]] = [("syndicate", main)]
    commands += [(f"syndicate {name}", command) for name, command in main.commands.items()]
    for name, command in commands:
        yield name, ""
        for option in command.params:
            if isinstance(option, click.Option):
                yield from ((name, each) for each in (*option.opts, *option.secondary_opts))


@pytest.mark.parametrize(("command", "option"), list(options()))
def test_every_command_and_option_is_documented(command: str, option: str) -> None:
    """What can be typed can be read about: each command by its name, each option in backticks."""
    text = all_text()
    assert f"`{command}" in text or f"\n{command}" in text
    if option:
        assert re.search(rf"`[^`\n]*(?<![\w-]){re.escape(option)}(?![\w-])[^`\n]*`", text), (
            f"{option} of {command} is in no page"
        )


@pytest.mark.parametrize("command", main.commands.values(), ids=main.commands)
def test_every_option_has_help(command: click.Command) -> None:
    """`--help` has a sentence for each command and each option."""
    assert command.help
    assert [each.name for each in command.params if isinstance(each, click.Option) and not each.help] == []


# The configuration.


def schema_in(kind: Any) -> type[Schema] | None:
    """The schema that a key's annotation holds: itself, in a list, by name, or optional."""
    if get_origin(kind) is Annotated:
        return schema_in(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType, tuple, dict):
        return next(filter(None, map(schema_in, get_args(kind))), None)
    return kind if isinstance(kind, type) and issubclass(kind, Schema) else None


def keys_below(kind: type[Schema], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every dotted key of a schema with its default; `msgspec.NODEFAULT` where it is required."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for key, (_, annotation, required) in keys_of(kind).items():
        field = fields[key]
        default = field.default if field.default is not msgspec.NODEFAULT else msgspec.UNSET
        yield f"{prefix}{key}", msgspec.NODEFAULT if required else default
        if inner := schema_in(annotation):
            yield from keys_below(inner, f"{prefix}{key}.")


KEYS = dict(keys_below(Settings))


def documented_keys() -> dict[str, str]:
    """The keys in the tables of docs/configuration.md, each with the cell of its default."""
    found = {}
    for line in text_of("docs/configuration.md").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" |")]
        if line.startswith("| `") and len(cells) >= 3 and (match := re.fullmatch(r"`([\w.]+)`", cells[0])):
            found[match[1]] = cells[2].removeprefix("|").strip()
    return found


def test_the_walk_finds_the_keys() -> None:
    """Keys are found at every depth: in lists, in mappings by name, and where they are optional."""
    deep = {"site.author.name", "sources.path", "feeds.named.where.not.topic", "feeds.topics.min_items"}
    assert deep <= set(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_documented_with_its_default(key: str) -> None:
    """Each key of the configuration has its row in docs/configuration.md, and the row its default."""
    rows = documented_keys()
    parents = {other.rpartition(".")[0] for other in KEYS}
    headings = re.findall(r"^#+ .*?`([\w.]+)`", text_of("docs/configuration.md"), re.M)
    assert key in rows or (key in parents and key in headings), f"{key} is in no table or heading"
    default = KEYS[key]
    if key not in rows or key in parents:
        return
    cell = rows[key]
    if default is msgspec.NODEFAULT:
        assert cell.startswith("required")
    elif isinstance(default, bool):
        assert cell == f"`{str(default).lower()}`"
    elif isinstance(default, int):
        assert cell == f"`{default}`"
    elif isinstance(default, datetime):
        assert cell == f"`{default:%Y-%m-%d}`"
    elif isinstance(default, str) and default:
        assert cell == f"`{default}`"
    elif isinstance(default, tuple) and default:
        assert all(word in cell for word in default)
    else:
        assert cell


def test_no_key_is_documented_that_is_not_there() -> None:
    """A key that is gone from the code is gone from the page."""
    known = set(KEYS)
    tops = {key for key in known if "." not in key}
    gone = {key for key in documented_keys() if key.partition(".")[0] in tops and "." in key} - known
    assert gone == set()


def blocks(name: str, language: str) -> list[str]:
    """The fenced blocks of a language in a page."""
    fences = re.findall(r"^```(\w*)\n(.*?)^```$", text_of(name), re.M | re.S)
    return [block for found, block in fences if found == language]


def test_the_configuration_in_the_readme_is_one() -> None:
    """Whoever copies the README's configuration has one that is read without a complaint."""
    whole = [block for block in blocks("README.md", "yaml") if "\nsite:" in block]
    assert whole
    for block in whole:
        assert parse_settings(parse_yaml(block)).sources


def test_the_errors_in_the_docs_are_what_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example of a configuration with mistakes is answered with the lines that the page shows."""
    shown = [block for block in blocks("docs/configuration.md", "") if "error: bad.yaml" in block]
    wrong = next(block for block in blocks("docs/configuration.md", "yaml") if "langauge" in block)
    monkeypatch.chdir(tmp_path)
    Path("bad.yaml").write_text(wrong, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings("bad.yaml")
    assert [f"error: {problem}" for problem in caught.value.problems] == shown[0].splitlines()


def test_the_first_site_prints_what_the_docs_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever follows README and getting-started sees what stands there: first, again, and under watch."""
    started = blocks("docs/getting-started.md", "")
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    assert runner.invoke(main, ["init"]).exit_code == 0
    first = runner.invoke(main, ["build"]).output
    assert first in blocks("README.md", "")
    assert first in started
    (article,) = Path("articles").iterdir()
    os.utime(article, (1_700_000_000, 1_700_000_000))
    runner.invoke(main, ["build"])
    assert runner.invoke(main, ["build"]).output in started
    shown = next(block for block in started if " ms)" in block).splitlines()
    with Watcher(
        "config/syndicate.yaml", lambda: load_settings("config/syndicate.yaml"), Options()
    ) as watcher:
        article.write_text(article.read_text().replace("title: ", "title: New "))
        (line,) = watcher.rebuild([str(article.absolute())])
        article.write_text(article.read_text().replace("https://", "ftp://"))
        lines = watcher.rebuild([str(article.absolute())])
    assert [without_times(each) for each in (line, *lines)] == [without_times(each) for each in shown[1:]]


def without_times(line: str) -> str:
    """A line of a watch without what it took, and without the day on which it was."""
    return re.sub(r"\d+ ms", "ms", re.sub(r"version of \d{4}-\d\d-\d\d", "version of a day", line))


# Pages, dependencies, targets.


def links() -> Iterator[tuple[str, str]]:
    """Every relative link with the page that it stands in; code is no link."""
    for page in PAGES:
        prose = re.sub(r"^```.*?^```$|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
        for target in re.findall(r"\]\(([^()\s]+)\)", prose):
            if not re.match(r"[a-z][a-z0-9+.-]*:", target):
                yield str(page.relative_to(ROOT)), target


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(("page", "target"), list(links()))
def test_every_link_leads_somewhere(page: str, target: str) -> None:
    """A relative link names a file that exists, and a heading that is in it."""
    path, _, anchor = target.partition("#")
    file = (ROOT / page).parent / path if path else ROOT / page
    assert file.exists(), f"{page} links to {target}"
    if anchor and file.suffix == ".md":
        assert anchor in anchors(file), f"{page} links to {target}"


@pytest.mark.parametrize("page", ["configuration", "articles", "architecture", "decisions"])
def test_the_pages_are_there(page: str) -> None:
    """The pages that the README promises exist and are linked from it."""
    assert text_of(f"docs/{page}.md")
    assert f"(docs/{page}.md)" in text_of("README.md")


def dependencies() -> list[str]:
    """The names of what pyproject.toml asks for, for running and for developing."""
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    extras = [each for extra in project["optional-dependencies"].values() for each in extra]
    return [re.split(r"[^\w.-]", each)[0] for each in (*project["dependencies"], *extras)]


@pytest.mark.parametrize("name", dependencies())
def test_every_dependency_has_its_reason(name: str) -> None:
    """What is depended on is named in docs/decisions.md."""
    found = re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text_of("docs/decisions.md"), re.I)
    assert found, f"{name} is not in docs/decisions.md"


def test_the_changelog_is_kept() -> None:
    """CHANGELOG.md begins as Keep a Changelog wants it and speaks of this version, or of what is to come."""
    changelog = text_of("CHANGELOG.md")
    assert changelog.startswith("# Changelog\n")
    assert "https://keepachangelog.com/" in changelog.partition("\n## ")[0]
    first = changelog.partition("\n## ")[2].partition("\n")[0]
    assert first.startswith(("[Unreleased]", f"[{__version__}]"))


def targets() -> list[str]:
    """The targets of the Makefile that a person types."""
    return re.findall(r"^([a-z][a-z-]*):(?!=)", text_of("Makefile"), re.M)


@pytest.mark.parametrize("target", targets())
def test_every_target_is_documented(target: str) -> None:
    """`make help` or the README has a sentence for each target."""
    helped = re.search(rf"^{target}:.*## \S", text_of("Makefile"), re.M)
    assert helped or f"make {target}" in text_of("README.md"), f"make {target} is documented nowhere"


def test_every_target_is_phony() -> None:
    """No target is taken for a file or a folder of its name, such as feeds."""
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text_of("Makefile").replace("\\\n", ""), re.M)
    assert sorted(phony.split()) == sorted(set(targets()))


def test_two_commands_stand_first() -> None:
    """The README begins with the two commands that do everything."""
    first = text_of("README.md").partition("\n## ")[0]
    assert "make feeds" in first
    assert "make test" in first
