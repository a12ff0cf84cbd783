from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "syndicate"

# A module imports downward only; docs/architecture.md tells the story.
LAYERS = [
    "errors text digest dates urls model",
    "globs blockyaml yamlevents yamltext frontmatter fields body periods article border native registry"
    " schema settings selection catalogue compose plan report encoding delivery question web.ranges"
    " web.conditional web.negotiation render render.markup render.shapes render.xmlfeed render.frames"
    " render.rssframe render.atomframe render.rss render.atom"
    " render.jsonfeed render.opml render.html render.page render.embed render.listing render.sitemap"
    " diagnosis"
    " check check.finding check.inspection check.kinds"
    " check.clauses check.whole check.forms check.moments check.content check.elements check.xmldocument"
    " check.links check.media check.rss check.rssrules check.rssvalues check.rssitem"
    " check.atom check.atomrules check.atomvalues check.ruleslist"
    " check.jsonlines check.jsonrules check.jsonfeed check.opml check.references check.crosslinks",
    "loop pool config places sources index indexfile accounts members lookup publish starter hosting lock"
    " lastrun websub fetching",
    "workers window archive refresh edition rendering root siblings owed pipeline push schedule look watch"
    " ondemand web web.answers web.asgi web.files web.query web.run web.site web.static checking"
    " linking gate upkeep installation doctor",
    "cli cli.options cli.building cli.serving cli.looking cli.checking cli.doctoring terminal",
]
LAYER = {name: level for level, names in enumerate(LAYERS) for name in names.split()}

# Inside a layer, only as named here.
BESIDE = {
    "urls": "digest text",
    "model": "errors text",
    "frontmatter": "yamltext",
    "fields": "yamltext",
    "article": "yamltext",
    "border": "article body fields yamltext",
    "native": "article body border fields yamltext",
    "registry": "fields yamltext",
    "schema": "yamltext",
    "settings": "article border registry schema yamltext",
    "selection": "article registry settings",
    "catalogue": "registry selection settings",
    "compose": "article catalogue selection settings",
    "report": "plan",
    "diagnosis": "report",
    "delivery": "encoding settings",
    "question": "article selection settings",
    "render.xmlfeed": "render.markup",
    "render.rssframe": "render render.frames",
    "render.atomframe": "render render.frames",
    "render.rss": "render.markup render.rssframe render.shapes render.xmlfeed",
    "render.atom": "render.atomframe render.markup render.shapes render.xmlfeed",
    "render.jsonfeed": "render",
    "render.page": "render render.html",
    "render.embed": "render render.html",
    "render.listing": "render render.html",
    "render.opml": "render",
    "check.jsonlines": "check.clauses check.finding check.inspection",
    "check.jsonrules": "check.clauses",
    "check.jsonfeed": "check.content check.finding check.forms check.inspection check.jsonlines"
    " check.jsonrules check.moments check.whole",
    "check.opml": "check.clauses check.finding check.forms check.inspection",
    "check.references": "check.forms check.jsonlines check.kinds check.whole encoding",
    "check.crosslinks": "check.clauses check.finding check.inspection check.references encoding",
    "check": "check.finding check.inspection check.kinds check.whole render",
    "check.inspection": "check.finding",
    "check.kinds": "check.clauses check.inspection",
    "check.whole": "check.clauses check.inspection",
    "check.clauses": "check.finding",
    "check.moments": "check.clauses check.inspection",
    "check.content": "check.clauses check.forms check.inspection check.xmldocument",
    "check.elements": "check.finding check.inspection",
    "check.xmldocument": "check.clauses check.elements check.forms check.inspection",
    "check.ruleslist": "check.finding",
    "check.links": "check.clauses check.elements check.forms check.inspection",
    "check.media": "check.clauses check.elements check.forms check.inspection check.kinds",
    "check.rss": "check.content check.elements check.inspection check.kinds check.links check.media"
    " check.moments check.rssitem check.rssrules check.rssvalues check.whole",
    "check.rssrules": "check.clauses",
    "check.rssvalues": "check.content check.elements check.finding check.forms check.inspection"
    " check.moments check.rssrules",
    "check.rssitem": "check.content check.elements check.forms check.inspection check.kinds check.links"
    " check.moments check.rssrules check.rssvalues",
    "check.atom": "check.atomrules check.atomvalues check.content check.elements check.inspection"
    " check.kinds check.links check.media check.moments check.whole",
    "check.atomrules": "check.clauses",
    "check.atomvalues": "check.atomrules check.content check.elements check.forms check.inspection"
    " check.kinds check.moments",
    "yamltext": "blockyaml yamlevents",
    "yamlevents": "",
    "blockyaml": "",
    "index": "indexfile members",
    "members": "accounts indexfile",
    "fetching": "loop",
    "websub": "loop",
    "lookup": "index indexfile",
    "refresh": "workers",
    "archive": "window",
    "edition": "archive window",
    "rendering": "window workers",
    "root": "refresh",
    "siblings": "workers",
    "pipeline": "gate refresh edition rendering root siblings owed upkeep window workers",
    "checking": "linking",
    "look": "pipeline edition upkeep",
    "push": "owed pipeline",
    "doctor": "installation refresh",
    "watch": "owed pipeline refresh upkeep",
    "ondemand": "window workers",
    "web": "web.asgi web.query web.site web.static",
    "web.answers": "",
    "web.asgi": "web.answers",
    "web.files": "web.answers",
    "web.query": "ondemand web.answers web.asgi web.site",
    "web.run": "pipeline watch web web.asgi web.site",
    "web.static": "web.answers web.asgi web.files web.site",
    "cli": "cli.options cli.building cli.serving cli.looking cli.checking cli.doctoring",
    "cli.building": "cli.options terminal",
    "cli.serving": "cli.options",
    "cli.looking": "cli.options terminal",
    "cli.checking": "cli.options",
    "cli.doctoring": "cli.options",
}

# What is written, each by a module of its own.
FORMATS = ("rss", "atom", "jsonfeed", "page", "embed", "listing", "opml", "sitemap")

# What a renderer may not know, though it stands in the same layer or below.
NO_FORMAT_KNOWS = {
    *("article", "border", "settings", "yamltext", "yamlevents", "blockyaml"),
    *("selection", "catalogue", "compose"),
}

IMPURE_MODULES = {
    *("os", "io", "pathlib", "shutil", "tempfile", "glob", "socket", "ssl", "http", "sqlite3", "subprocess"),
    *("time", "random", "secrets", "uuid", "locale", "threading", "multiprocessing", "asyncio", "logging"),
    *("urllib.request", "mimetypes", "click", "rich"),
}
IMPURE_CALLS = {
    *("datetime.now", "datetime.today", "datetime.utcnow", "date.today", "datetime.datetime.now", "open"),
    *("input", "print", "hash", "id"),
}


def module_names() -> list[str]:
    """The modules of the package by their dotted names inside it; a package by its own name."""
    names = []
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = file.relative_to(PACKAGE).with_suffix("").parts
        names.append(".".join(part for part in parts if part != "__init__"))
    return [name for name in names if name]


MODULES = module_names()
PURE = [name for name in MODULES if LAYER.get(name, 9) <= 1]


def tree_of(name: str) -> ast.Module:
    """The syntax tree of a module."""
    place = PACKAGE.joinpath(*name.split("."))
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    return ast.parse(file.read_text())


def imports_of(name: str) -> Iterator[str]:
    """The dotted names of all that a module imports, wherever in it, those for types too."""
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: a relative import hides its layer"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports_of_module(name: str) -> set[str]:
    """The top-level packages that a module imports."""
    return {each.partition(".")[0] for each in imports_of(name)}


def project_imports_of(name: str) -> set[str]:
    """The modules of the project that a module imports."""
    found = set()
    for imported in imports_of(name):
        if imported.partition(".")[0] != "syndicate":
            continue
        inner = imported.removeprefix("syndicate").removeprefix(".")
        while inner and inner not in MODULES:
            inner = inner.rpartition(".")[0]
        found.add(inner)
    return found


def test_the_package_is_there() -> None:
    """The test reads the package that it speaks of."""
    assert {"errors", "article", "border", "render.rss", "index", "pipeline", "cli"} <= set(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_every_module_has_a_layer(name: str) -> None:
    """A new module says in the table above where it belongs."""
    assert name in LAYER


@pytest.mark.parametrize("name", MODULES)
def test_imports_go_downward(name: str) -> None:
    """A module imports from lower layers, and from its own only what the table allows."""
    allowed = {other for other, level in LAYER.items() if level < LAYER[name]}
    allowed |= set(BESIDE.get(name, "").split())
    # The package itself holds nothing but the version, and loads the rest when asked.
    assert project_imports_of(name) - allowed - {""} == set()


@pytest.mark.parametrize("name", MODULES)
def test_the_package_gives_only_its_version(name: str) -> None:
    """Inside the package nobody goes through the public names, which would hide the layers."""
    taken = {each for each in imports_of(name) if each.rpartition(".")[0] == "syndicate"}
    modules = {f"syndicate.{each}" for each in MODULES}
    assert taken - modules <= {"syndicate.__version__"}
    assert name in ("cli", "refresh", "upkeep", "installation") or not taken - modules


def test_errors_know_nothing_of_the_project() -> None:
    """The errors stand at the bottom."""
    assert project_imports_of("errors") == set()


@pytest.mark.parametrize("name", [name for name in MODULES if name.split(".")[0] == "render"])
def test_no_format_knows_another(name: str) -> None:
    """A renderer sees the model: no other format, no article, no settings."""
    others = {f"render.{other}" for other in FORMATS} - {name}
    assert project_imports_of(name) & (others | NO_FORMAT_KNOWS) == set()


@pytest.mark.parametrize("name", ["render.jsonfeed", "render"])
def test_xml_stays_with_its_formats(name: str) -> None:
    """JSON Feed is written without the XML of the other two being loaded."""
    xml = {"render.xmlfeed", "render.frames", "render.rssframe", "render.atomframe"}
    assert not project_imports_of(name) & xml


@pytest.mark.parametrize(("package", "name"), [("feedgen", "render.frames"), ("yaml", "yamlevents")])
def test_one_module_knows_a_library(package: str, name: str) -> None:
    """What is wrong with a library, and how it is asked, stands in one place."""
    assert [each for each in MODULES if package in imports_of_module(each)] == [name]


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_imports_nothing_impure(name: str) -> None:
    """Below the layer of files nothing imports the system, the network, the clock or chance."""
    found = {
        each
        for each in imports_of(name)
        for bad in IMPURE_MODULES
        if each == bad or each.startswith(f"{bad}.")
    }
    assert found == set()


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_calls_nothing_impure(name: str) -> None:
    """No clock, no file and no hash order: the present instant is an argument (law 1)."""
    calls = [ast.unparse(node.func) for node in ast.walk(tree_of(name)) if isinstance(node, ast.Call)]
    assert set(calls) & IMPURE_CALLS == set()


@pytest.mark.parametrize("name", [name for name in MODULES if LAYER.get(name) == 2])
def test_what_touches_files_stands_alone(name: str) -> None:
    """No two modules of files know each other, but for the index, its parts and its read-only view.

    The loop that both modules of the network run in touches neither.
    """
    beside = {other for other in project_imports_of(name) if LAYER.get(other) == 2}
    allowed = {"index": {"indexfile", "members"}, "members": {"accounts", "indexfile"}}
    allowed |= {"lookup": {"index", "indexfile"}}
    allowed |= {"fetching": {"loop"}, "websub": {"loop"}}
    assert beside <= allowed.get(name, set())


def test_only_the_index_speaks_sql() -> None:
    """SQLite is known to the index and its file alone, and the latter to no command."""
    speakers = {name for name in MODULES if "sqlite3" in imports_of_module(name)}
    assert speakers == {"accounts", "index", "indexfile", "lookup"}
    importers = {name for name in MODULES if "indexfile" in project_imports_of(name)}
    assert {LAYER[name] for name in importers - {"index", "members", "lookup"}} == {3}


def test_workers_can_be_anywhere() -> None:
    """What other processes run knows neither the index nor the output: of the index only its rows."""
    known = project_imports_of("workers")
    assert {each for each in known if LAYER[each] == 2} == {"indexfile", "pool", "sources"}
    taken = {each for each in imports_of("workers") if each.startswith("syndicate.indexfile.")}
    assert taken <= {"syndicate.indexfile.ArticleRow", "syndicate.indexfile.FileRow"}


@pytest.mark.parametrize("name", [name for name in MODULES if LAYER.get(name) != 3])
def test_only_the_pipeline_asks_the_clock(name: str) -> None:
    """Outside the orchestration nobody asks for the present instant."""
    calls = [ast.unparse(node.func) for node in ast.walk(tree_of(name)) if isinstance(node, ast.Call)]
    assert not [call for call in calls if call.endswith((".now", ".today", ".utcnow"))]


def test_the_table_speaks_of_layers_only() -> None:
    """What is allowed inside a layer is inside a layer: the table holds no way upward."""
    for name, others in BESIDE.items():
        assert {LAYER[name]} | {LAYER[other] for other in others.split()} == {LAYER[name]}
