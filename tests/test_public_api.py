from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import syndicate
from syndicate.refresh import has_libyaml
from syndicate.yamlevents import LIBYAML

PACKAGE = Path(syndicate.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("name", syndicate.__all__)
def test_every_public_name_is_there(name: str) -> None:
    """Each name of `__all__` can be imported and says what it is."""
    assert inspect.getdoc(getattr(syndicate, name))


def test_public_names_are_in_order_and_complete() -> None:
    """`__all__` is sorted, holds each name once, and names exactly what can be loaded."""
    assert syndicate.__all__ == sorted(set(syndicate.__all__))
    assert set(syndicate.__all__) == set(syndicate._HOME_OF)


def test_types_see_what_runs() -> None:
    """The imports that a type checker reads are the ones that are made when a name is asked for."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    checked = next(node for node in tree.body if isinstance(node, ast.If))
    declared = {
        (node.module, alias.name)
        for node in checked.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert declared == {(f"syndicate.{home}", name) for name, home in syndicate._HOME_OF.items()}


def test_an_unknown_name_is_an_attribute_error() -> None:
    """What is not there is answered as Python does."""
    with pytest.raises(AttributeError, match="module 'syndicate' has no attribute 'nothing'"):
        _ = syndicate.nothing
    assert not hasattr(syndicate, "_nothing")


@pytest.mark.parametrize("before", ["pass", "import syndicate.pipeline", "from syndicate.cli import main"])
def test_build_is_a_function(before: str) -> None:
    """`from syndicate import build` is the function, whatever was imported before."""
    code = f"{before}; from syndicate import build; assert callable(build), build"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_package_is_typed() -> None:
    """Type checkers are told that the annotations may be believed."""
    assert (PACKAGE / "py.typed").exists()


def test_the_version_is_a_version() -> None:
    """The version is one string that packaging tools can order."""
    assert all(part.isdigit() for part in syndicate.__version__.split("."))


def undocumented(node: ast.AST, name: str) -> list[str]:
    """The public definitions in a tree that have no docstring."""
    found = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if child.name.startswith("_"):
                continue
            if not ast.get_docstring(child):
                found.append(f"{name}.{child.name}")
            if isinstance(child, ast.ClassDef):
                found += undocumented(child, f"{name}.{child.name}")
    return found


@pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(PACKAGE)) for file in FILES])
def test_everything_public_has_a_docstring(file: Path) -> None:
    """Each module, public class, function and method says what it is for."""
    tree = ast.parse(file.read_text())
    assert ast.get_docstring(tree)
    assert undocumented(tree, file.stem) == []


HEAVY = {
    "yaml", "lxml", "feedgen", "rich", "nh3", "markdown_it", "sqlite3", "msgspec", "dateutil", "slugify",
    "httpx", "asyncio",
    "starlette", "uvicorn", "anyio", "brotli", "jinja2",
}  # fmt: skip


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["build", "--help"]], ids=" ".join)
def test_starting_costs_nothing(arguments: list[str]) -> None:
    """`--version` and `--help` load neither parsers nor renderers nor the database."""
    code = (
        "import sys\n"
        "from syndicate.cli import main\n"
        f"try: main({arguments})\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        f"print(sorted(set(sys.modules) & {HEAVY}), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stderr.strip() == "[]"


def loaded_by_a_build(site: Path) -> set[str]:
    """The modules that a process has loaded when it has built a plain article."""
    (site / "articles" / "a.md").write_text(
        "---\ntitle: A # b\ndate: 2024-01-01\nlink: https://a.example/\ntopics: [b, c]\n---\n"
    )
    code = (
        "import sys\n"
        "from syndicate import build, load_settings\n"
        f"assert build(load_settings(sys.argv[1]), jobs=1).libyaml is {LIBYAML}\n"
        "print(*sys.modules)\n"
    )
    command = [sys.executable, "-c", code, str(site / "config" / "syndicate.yaml")]
    loaded = set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
    assert {"syndicate.pipeline", "feedgen"} <= loaded
    return loaded


def test_plain_sites_load_no_yaml(site: Path) -> None:
    """A build of plain articles by a plain configuration does without PyYAML."""
    assert loaded_by_a_build(site) & {"yaml"} == set()


def test_what_came_without_libyaml_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether PyYAML has its C parser is seen in its folder, and is what loading it tells."""
    assert has_libyaml() is LIBYAML
    monkeypatch.delitem(sys.modules, "syndicate.yamlevents")
    monkeypatch.delitem(sys.modules, "yaml")
    assert has_libyaml() is LIBYAML
    (tmp_path / "yaml").mkdir()
    (tmp_path / "yaml" / "__init__.py").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert not has_libyaml()
    monkeypatch.setattr(sys, "path", [])
    assert has_libyaml()


def test_building_loads_no_server(site: Path) -> None:
    """A build loads nothing of what only `serve` uses."""
    assert loaded_by_a_build(site) & {"starlette", "uvicorn", "anyio", "brotli"} == set()


def test_joining_documents_loads_no_feedgen() -> None:
    """The process that puts documents together, of what others rendered, does without feedgen and lxml."""
    code = (
        "import sys\n"
        "from syndicate.render import renderer\n"
        "print(*[renderer(name).join(b'<', [b'i']).decode() for name in ('rss', 'atom', 'json')], end='')\n"
        "print(sorted(set(sys.modules) & {'feedgen', 'lxml', 'dateutil'}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split("\n") == ["<i</channel></rss>", " <i</feed>", " <i]}", "[]", ""]


def test_importing_the_package_loads_nothing() -> None:
    """The names of the library are loaded when they are asked for."""
    code = f"import sys, syndicate; print(sorted(set(sys.modules) & {HEAVY | {'syndicate.pipeline'}}))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_every_module_can_be_imported() -> None:
    """No module depends on another of ours having been imported before it."""
    parts = [file.relative_to(PACKAGE.parent).with_suffix("").parts for file in FILES]
    names = [".".join(part for part in each if part != "__init__") for each in parts]
    script = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]:\n"
        "    for known in [each for each in sys.modules if each.split('.')[0] == 'syndicate']:\n"
        "        del sys.modules[known]\n"
        "    importlib.import_module(name)\n"
        "    print(name)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, *names], capture_output=True, text=True, check=False)
    assert (done.stdout.split(), done.stderr) == (names, "")
