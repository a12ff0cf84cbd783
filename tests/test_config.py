from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from syndicate.config import find_config, load_registries, load_settings
from syndicate.errors import ConfigError
from syndicate.settings import parse_settings


@pytest.fixture
def configure(site: Path) -> Callable[[str], Path]:
    """Add lines to the configuration of the site."""
    file = site / "config" / "syndicate.yaml"

    def add(text: str = "") -> Path:
        file.write_text(file.read_text() + text)
        return file

    return add


def problems_of(file: Path) -> list[str]:
    """What is said about a configuration, or the registries that it names."""
    with pytest.raises(ConfigError) as caught:
        load_registries(load_settings(file))
    return [str(problem) for problem in caught.value.problems]


def test_paths_are_relative_to_the_file(site: Path, configure: Callable[[str], Path]) -> None:
    """Sources are found from the file's own folder, wherever the command was started."""
    settings = load_settings(configure("output: ../out/x/\n"))
    assert settings.sources[0].path == str(site / "articles")
    assert settings.output == str(site / "out" / "x")


@pytest.mark.parametrize("folder", ["config", "elsewhere"])
def test_the_default_output_stands_beside(site: Path, folder: str) -> None:
    """`feeds` stands beside a folder called config, else beside the file."""
    file = site / folder / "syndicate.yaml"
    if folder != "config":
        (site / "config").rename(site / folder)
    beside = site if folder == "config" else site / folder
    assert load_settings(file).output == str(beside / "feeds")


def test_a_relative_path_gives_the_same_settings(
    site: Path, configure: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The settings do not depend on how the file was named, nor on a byte order mark."""
    file = configure("feeds: {all: {limit: 3}}\n")
    absolute = load_settings(file)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    monkeypatch.chdir(site / "config")
    assert load_settings("syndicate.yaml") == absolute


@pytest.mark.parametrize("path", ["config/syndicate.yaml", "syndicate.yaml"])
def test_the_configuration_is_found(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands in a folder config, or in the folder where the command is started."""
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text("")
    monkeypatch.chdir(tmp_path)
    assert find_config() == Path(path)


def test_no_configuration_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is none, the error names the places where it was looked for."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=r"no configuration.*config/syndicate\.yaml or syndicate\.yaml"):
        find_config()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "no such file"),
        (b"site: \xff\n", "bytes that are not UTF-8"),
        (b"site: [\n", "broken YAML"),
        (b"site: {}\nsite: {}\n", "syndicate.yaml:2: found the key 'site' a second time"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_problem(
    site: Path, content: bytes | None, expected: str
) -> None:
    """A configuration that is absent, not UTF-8 or not YAML is named with the reason."""
    file = site / "config" / "syndicate.yaml"
    file.unlink() if content is None else file.write_bytes(content)
    (problem,) = problems_of(file)
    assert expected in problem
    assert str(file) in problem


def test_every_problem_has_its_line(site: Path) -> None:
    """All problems of a file are told at once, each with the line where it stands."""
    file = site / "config" / "syndicate.yaml"
    file.write_text(
        "site:\n  title: T\n  url: nowhere\n  feeds_url: https://s.example/\n"
        "sources:\n  - path: a\n    exclud: b\nfeeds:\n  all:\n    limit: 0\n"
    )
    places = [problem.removeprefix(f"{file}:").partition(": found")[0] for problem in problems_of(file)]
    assert places == ["3: site.url", "1: site.id", "7: sources[0].exclud", "10: feeds.all.limit"]


@pytest.mark.parametrize("kind", ["topics", "providers"])
def test_a_registry_that_is_named_must_exist(kind: str, configure: Callable[[str], Path]) -> None:
    """A named registry that is missing is an error with its line; the default one may be missing."""
    assert getattr(load_settings(configure("")).feeds, kind).registry is None
    (problem,) = problems_of(configure(f"feeds:\n  {kind}:\n    registry: none.yaml\n"))
    assert f"feeds.{kind}.registry: found '" in problem
    assert "none.yaml', which does not exist" in problem
    assert ".yaml:10:" in problem


REGISTRIES = {
    "a list": "- name: Maps\n  slug: atlas\n- name: Ports\n",
    "a mapping by name": "Maps: {slug: atlas}\nPorts:\n",
    "nothing": "",
}


@pytest.mark.parametrize("text", REGISTRIES.values(), ids=REGISTRIES)
def test_a_default_registry_is_used_if_present(
    text: str, site: Path, configure: Callable[[str], Path]
) -> None:
    """`topics.yaml` beside the configuration is read unasked, as a list or a mapping by name."""
    (site / "config" / "topics.yaml").write_text(text)
    topics = load_registries(load_settings(configure(""))).topics
    assert [(each.name, each.segment) for each in topics.entries] == (
        [("Maps", "atlas"), ("Ports", "ports")] if text else []
    )


def test_a_provider_registry_is_a_mapping_by_domain(site: Path, configure: Callable[[str], Path]) -> None:
    """A mapping of providers is keyed by domain."""
    (site / "config" / "providers.yaml").write_text("A.example: {name: The A}\n")
    providers = load_registries(load_settings(configure(""))).providers
    assert [(each.key, each.name) for each in providers.entries] == [("a.example", "The A")]


def test_a_folder_of_files_is_a_registry(site: Path, configure: Callable[[str], Path]) -> None:
    """A folder holds one entry a file, as YAML or as front matter; other files are passed over."""
    folder = site / "data"
    folder.mkdir()
    (folder / "b.md").write_text("---\nname: Maps\n_id: atlas\n---\nA text.\n")
    (folder / "a.yaml").write_text("name: Ports\n")
    (folder / "c.yml").write_text("- name: Tides\n- name: Rain\n")
    (folder / "README.txt").write_text("not an entry")
    topics = load_registries(load_settings(configure("feeds: {topics: {registry: ../data/}}\n"))).topics
    assert [each.name for each in topics.entries] == ["Ports", "Maps", "Tides", "Rain"]


def test_a_registry_is_read_alike_by_any_spelling_of_its_path(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`./topics.yaml` in settings that came from no file is the same registry as `topics.yaml`."""
    monkeypatch.chdir(site)
    Path("topics.yaml").write_text("Maps: {slug: atlas}\n")
    known = {
        "title": "T",
        "url": "https://s.example/",
        "feeds_url": "https://s.example/",
        "id": "s.example,2020",
    }
    for path in ("topics.yaml", "./topics.yaml", str(site / "topics.yaml")):
        settings = parse_settings(
            {"site": known, "sources": [{"path": "."}], "feeds": {"topics": {"registry": path}}}
        )
        assert load_registries(settings).topics.entries[0].segment == "atlas"


BROKEN = [
    ("topics.yaml", "- slug: a\n", "topics.yaml:1: [0].name: found nothing, expected a name"),
    ("topics.yaml", "- name: A\n- B\n", "topics.yaml:2: [1]: found 'B', expected a mapping"),
    ("topics.yaml", "A: B\n", "topics.yaml:1: A: found 'B', expected a mapping"),
    ("topics.yaml", "text\n", "topics.yaml:1: found 'text', expected a mapping"),
    (
        "topics.yaml",
        "- name: A\n- name: a\n",
        "topics.yaml:2: [1]: found 'a' a second time, expected each once",
    ),
    ("topics.yaml", "- name: A\n  slug: B C\n", "topics.yaml:2: [0].slug: found 'B C', expected a slug"),
    ("topics.yaml", "- [\n", "topics.yaml:2: found broken YAML"),
    ("providers.yaml", "- domain: a b\n", "providers.yaml:1: [0].domain: found 'a b', expected a domain"),
    ("topics/a.md", "---\nname: A\nslug: B C\n---\n", "a.md:3: slug: found 'B C', expected a slug"),
    ("topics/a.md", "---\nname: A\nname: B\n---\n", "a.md:3: found the key 'name' a second time"),
    ("topics/a.md", "name: A\n", "a.md:1: found no front matter"),
]


@pytest.mark.parametrize(("name", "text", "expected"), BROKEN)
def test_a_problem_in_a_registry_has_its_file_and_line(
    name: str, text: str, expected: str, site: Path, configure: Callable[[str], Path]
) -> None:
    """What cannot be used in a registry is an error with its file, line and key."""
    file = site / "config" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    config = configure("feeds: {topics: {registry: topics}}\n" if name.startswith("topics/") else "")
    (problem,) = problems_of(config)
    assert expected in problem


def test_an_empty_file_of_a_registry_is_no_entry(site: Path, configure: Callable[[str], Path]) -> None:
    """A file that says nothing is passed over."""
    (site / "config" / "topics").mkdir()
    (site / "config" / "topics" / "a.yaml").write_text("# to come\n")
    settings = load_settings(configure("feeds: {topics: {registry: topics}}\n"))
    assert load_registries(settings).topics.entries == ()


def test_problems_of_both_registries_are_told_at_once(site: Path, configure: Callable[[str], Path]) -> None:
    """A mistake in one registry does not hide those in the other."""
    (site / "config" / "topics.yaml").write_text("- {}\n- {}\n")
    (site / "config" / "providers.yaml").write_text("- {}\n")
    assert len(problems_of(configure(""))) == 3


def test_the_output_is_no_source(site: Path) -> None:
    """A folder that is both would take its own pages for articles."""
    config = site / "config" / "syndicate.yaml"
    config.write_text(config.read_text() + "output: ../articles\n")
    with pytest.raises(ConfigError, match=r":8: output: found '.*articles', which is also sources\[0\].path"):
        load_settings(config)


def test_a_registry_that_went_is_an_error(site: Path, configure: Callable[[str], Path]) -> None:
    """A registry that vanishes after the configuration was read is one clear problem."""
    file = site / "config" / "topics.yaml"
    file.write_text("")
    settings = load_settings(configure(""))
    file.unlink()
    with pytest.raises(ConfigError, match="no such file"):
        load_registries(settings)
