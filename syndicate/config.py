"""The configuration's files: `syndicate.yaml` and the registries, read, located and resolved.

May know: the file system, for reading; neither articles nor feeds nor the output.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from syndicate import frontmatter, yamltext
from syndicate.errors import ArticleError, ConfigError, FieldPath, Problem, below, quoted, reason_of
from syndicate.registry import Entry, Registries, Registry, parse_provider, parse_topic
from syndicate.settings import Settings, parse_settings
from syndicate.yamltext import Value

DEFAULT_PATHS = ("config/syndicate.yaml", "syndicate.yaml")
_REGISTRY_SUFFIXES = (".yaml", ".yml", ".md")


def find_config() -> Path:
    """Find the configuration where nobody named it. Raises ConfigError where there is none."""
    for path in DEFAULT_PATHS:
        if os.path.exists(path):
            return Path(path)
    expected = " or ".join(DEFAULT_PATHS) + " (or --config FILE; `syndicate init` writes one)"
    raise ConfigError([Problem(path=os.curdir, found="no configuration", expected=expected)])


def load_settings(path: str | os.PathLike[str]) -> Settings:
    """Read a configuration file; every path in it becomes absolute, relative to that file.

    Raises ConfigError with every problem in it, each with its line.
    """
    file = Path(path)
    text = _read(file)
    try:
        settings = parse_settings(_parse(text, file))
    except ConfigError as error:
        raise ConfigError(_located(error.problems, text, file)) from None
    resolved = _resolve(settings, file.absolute())
    problems = [*_missing_registries(resolved), *_sources_as_output(resolved)]
    if problems:
        raise ConfigError(_located(problems, text, file))
    return resolved


def _shown(path: str | os.PathLike[str]) -> str:
    return below(os.fspath(path), os.getcwd())


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        problem = Problem(path=_shown(file), found="bytes that are not UTF-8", expected="UTF-8")
    except OSError as error:
        reason = reason_of(error)
        problem = Problem(path=_shown(file), found=reason, expected="a readable file")
    raise ConfigError([problem])


def _parse(text: str, file: Path) -> Value:
    try:
        return yamltext.parse_yaml(text)
    except ArticleError as error:
        raise ConfigError([error.problem.at(_shown(file), None)]) from None


def _located(problems: Any, text: str, file: Path) -> Iterator[Problem]:
    for problem in problems:
        line = problem.line or yamltext.line_in_yaml(text, problem.field)
        yield problem.at(problem.path or _shown(file), line)


def _resolve(settings: Settings, file: Path) -> Settings:
    folder = file.parent

    def absolute(path: str) -> str:
        return os.path.normpath(folder / os.path.expanduser(path))

    beside = folder.parent if folder.name == "config" else folder
    feeds = settings.feeds
    kinds = {}
    for kind in ("topics", "providers"):
        chosen = getattr(feeds, kind)
        registry = absolute(chosen.registry or f"{kind}.yaml")
        used = registry if chosen.registry or os.path.exists(registry) else None
        kinds[kind] = msgspec.structs.replace(chosen, registry=used)
    return msgspec.structs.replace(
        settings,
        sources=tuple(
            msgspec.structs.replace(source, path=absolute(source.path)) for source in settings.sources
        ),
        output=absolute(settings.output) if settings.output else str(beside / "feeds"),
        index=absolute(settings.index) if settings.index else None,
        feeds=msgspec.structs.replace(feeds, **kinds),
    )


def _missing_registries(settings: Settings) -> Iterator[Problem]:
    for kind in ("topics", "providers"):
        path = getattr(settings.feeds, kind).registry
        if path and not os.path.exists(path):
            yield Problem(
                field=("feeds", kind, "registry"),
                found=f"{quoted(_shown(path))}, which does not exist",
                expected="a YAML file or a folder of such files",
            )


def _sources_as_output(settings: Settings) -> Iterator[Problem]:
    for number, source in enumerate(settings.sources):
        if source.path == settings.output:
            found = f"{quoted(_shown(source.path))}, which is also sources[{number}].path"
            yield Problem(field=("output",), found=found, expected="a folder for feeds alone")


def load_registries(settings: Settings) -> Registries:
    """Read the registries that the settings name. Raises ConfigError with every problem in them."""
    problems: list[Problem] = []
    base = settings.site.url
    topics = _load_registry(settings.feeds.topics.registry, "name", parse_topic, base, problems)
    providers = _load_registry(settings.feeds.providers.registry, "domain", parse_provider, base, problems)
    if problems:
        raise ConfigError(problems)
    return Registries(topics=topics, providers=providers)


_ParseEntry = Callable[[Any, str], tuple[Entry | None, list[Problem]]]


def _load_registry(
    path: str | None, naming: str, parse: _ParseEntry, base: str, problems: list[Problem]
) -> Registry:
    entries: dict[str, Entry] = {}
    for file in _registry_files(path) if path else ():
        text = _read(file)
        if file.suffix == ".md":
            try:
                text = "\n" + frontmatter.split(text)[0]  # The fence counts as a line.
            except ArticleError as error:
                raise ConfigError([error.problem.at(_shown(file), None)]) from None
        found: list[Problem] = []
        for place, mapping in _mappings(_parse(text, file), naming, whole=file != Path(path or "")):
            if not isinstance(mapping, dict):
                found.append(Problem(field=place, found=quoted(mapping), expected="a mapping"))
                continue
            entry, wrong = parse(mapping, base)
            found += [msgspec.structs.replace(each, field=place + each.field) for each in wrong]
            if entry and entries.setdefault(entry.key, entry) is not entry:
                found.append(
                    Problem(field=place, found=f"'{entry.name}' a second time", expected="each once")
                )
        problems += _located(found, text, file)
    registry = Registry(entries.values())
    for folder, claims in registry.contested():
        known = ", ".join(f"'{entry.name}'" for entry in claims)
        problems.append(
            Problem(
                path=_shown(Path(path or "")),
                found=f"an alias of {len(claims)} entries ({known}), all of which would have had {folder}/",
                expected="each alias once",
            )
        )
    return registry


def _registry_files(path: str) -> list[Path]:
    place = Path(path)
    if not place.is_dir():
        return [place]
    return sorted(each for each in place.iterdir() if each.suffix in _REGISTRY_SUFFIXES)


def _mappings(value: Value, naming: str, *, whole: bool) -> Iterator[tuple[FieldPath, Value]]:
    """Find the entries of a registry file: a list of them, a mapping by name, or the file as a whole."""
    if isinstance(value, list):
        yield from (((number,), each) for number, each in enumerate(value))
    elif isinstance(value, dict) and not whole:
        for name, each in value.items():
            about = {} if each is None else each
            yield (name,), {naming: name, **about} if isinstance(about, dict) else about
    elif value is not None:
        yield (), value
