"""`syndicate headers`: what it prints makes other servers answer as ours does, by the same table of cases."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from conftest import SITE, settings_of
from http_cases import CASES, REDIRECTS, Case, Fetch, check, make_site, over_http

from syndicate import cli, delivery, hosting, load_settings
from syndicate.errors import ConfigError
from syndicate.settings import Settings

pytestmark = pytest.mark.xdist_group("servers")
PATIENCE = 20.0
PROGRAMS = {"nginx": "nginx", "apache": "apache2", "caddy": "caddy"}
_NGINX = """\
daemon off;
{user}
worker_processes 1;
pid {here}/pid;
error_log {here}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {here}/body;
    proxy_temp_path {here}/proxy;
    fastcgi_temp_path {here}/fastcgi;
    uwsgi_temp_path {here}/uwsgi;
    scgi_temp_path {here}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {here}/nothing;
        include {here}/printed;
    }}
}}
"""
_APACHE = """\
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {here}/pid
ErrorLog {here}/error.log
TypesConfig /dev/null
AddType image/png .png
AddType application/octet-stream .bin
DefaultRuntimeDir {here}
Mutex file:{here} default
DocumentRoot {here}/nothing
{user}
{modules}
<VirtualHost 127.0.0.1:{port}>
    Include {here}/printed
</VirtualHost>
"""
_APACHE_MODULES = "mpm_event authz_core alias dir headers rewrite mime"
_CADDY = """\
{{
    admin off
    auto_https off
}}
http://127.0.0.1:{port} {{
    import {here}/printed
    respond 404
}}
"""


def free_port() -> int:
    """A port that nobody listens at just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def program_of(server: str) -> str:
    """Where the program of a server is; nothing where it is not installed. Debian keeps servers in sbin."""
    return shutil.which(PROGRAMS[server], path=f"{os.environ['PATH']}:/usr/sbin:/sbin") or ""


def command_of(server: str, here: Path, port: int) -> tuple[list[str], list[str]]:
    """Write the configuration of a whole server around what was printed: how to check it, how to start it."""
    (here / "nothing").mkdir(exist_ok=True)
    root = os.getuid() == 0
    program = program_of(server)
    if server == "nginx":
        user = "user root;" if root else ""
        (here / "conf").write_text(_NGINX.format(here=here, port=port, user=user))
        begin = [program, "-p", str(here), "-e", f"{here}/error.log", "-c", f"{here}/conf"]
        return [*begin, "-t"], begin
    if server == "apache":
        modules = "\n".join(
            f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so"
            for name in _APACHE_MODULES.split()
        )
        # Debian's Apache is not built to run as root; it may read the folder all the same.
        user = "User www-data\nGroup www-data" if root else ""
        (here / "conf").write_text(_APACHE.format(here=here, port=port, modules=modules, user=user))
        begin = [program, "-d", str(here), "-f", f"{here}/conf"]
        return [*begin, "-t"], [*begin, "-D", "FOREGROUND"]
    (here / "conf").write_text(_CADDY.format(here=here, port=port))
    about = ["--config", f"{here}/conf", "--adapter", "caddyfile"]
    return [program, "validate", *about], [program, "run", *about]


@contextmanager
def running(server: str, here: Path, settings: Settings, output: Path) -> Iterator[Fetch]:
    """Run a real server with the printed configuration, on the loopback interface."""
    if not program_of(server):
        pytest.skip(f"{PROGRAMS[server]} is not installed")
    here.mkdir(exist_ok=True)
    (here / "printed").write_text(hosting.configuration(server, settings, str(output), REDIRECTS))
    port = free_port()
    judge, begin = command_of(server, here, port)
    environment = {**os.environ, "HOME": str(here), "XDG_DATA_HOME": str(here), "XDG_CONFIG_HOME": str(here)}
    judged = subprocess.run(judge, capture_output=True, text=True, check=False, env=environment)
    assert judged.returncode == 0, judged.stderr
    log = (here / "log").open("wb")
    with log, subprocess.Popen(begin, stdout=log, stderr=log, env=environment) as process:
        try:
            wait_for(port, process)
            yield over_http(port)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server listens."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    raise AssertionError("the server does not listen")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder with a built site, which a server of another user may read, unlike those of pytest."""
    with tempfile.TemporaryDirectory(prefix="syndicate-hosting-") as found:
        Path(found).chmod(0o755)
        make_site(Path(found))
        yield Path(found)


@pytest.fixture(scope="module")
def settings(folder: Path) -> Settings:
    """The settings of the built site."""
    return load_settings(folder / "config" / "syndicate.yaml")


@pytest.fixture(scope="module")
def servers(folder: Path, settings: Settings) -> Iterator[Callable[[str], Fetch]]:
    """Start each server when it is first asked for, and end them all."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        started: dict[str, Fetch] = {}

        def start(server: str) -> Fetch:
            if server not in started:
                started[server] = stack.enter_context(
                    running(server, folder / server, settings, folder / "feeds")
                )
            return started[server]

        yield start


@pytest.mark.parametrize(
    ("server", "case"),
    [
        pytest.param(server, case, id=f"{server}-{case.name}")
        for server in PROGRAMS
        for case in CASES
        if server not in case.differs
    ],
)
def test_the_table(server: str, case: Case, servers: Callable[[str], Fetch], folder: Path) -> None:
    """A real server with the printed configuration gives the answers that ours gives."""
    check(case, servers(server), folder / "feeds")


# What a real server says of configurations that are not those of the table.


class Hubbed(Settings, frozen=True, kw_only=True):
    """Settings with hubs."""

    hubs: tuple[str, ...] = ()


def hubbed(settings: Settings, *hubs: str) -> Settings:
    """The same settings, with hubs."""
    values = {name: getattr(settings, name) for name in settings.__struct_fields__ if name != "hubs"}
    return Hubbed(**values, hubs=hubs)


def at(settings: Settings, feeds_url: str) -> Settings:
    """The same settings, for another address."""
    return msgspec.structs.replace(settings, site=msgspec.structs.replace(settings.site, feeds_url=feeds_url))


@pytest.mark.parametrize("server", PROGRAMS)
def test_hubs_are_linked(server: str, folder: Path, settings: Settings) -> None:
    """With hubs, a feed names them and itself, and shared caches have to ask first; pages do neither."""
    hubs = ("https://hub.example/?a=b&c=d;e", "https://other.example/a,b")
    with running(server, folder / f"{server}-hubs", hubbed(settings, *hubs), folder / "feeds") as fetch:
        found = fetch("GET", "/feeds/topics/one/atom.xml", {}).headers
        links = set(found["link"].split(", "))
        own = '<https://site.example/feeds/topics/one/atom.xml>; rel="self"'
        assert links == {own, *(f'<{hub}>; rel="hub"' for hub in hubs)}
        assert found["cache-control"] == "public, max-age=1800, s-maxage=0"
        page = fetch("GET", "/feeds/all/index.html", {}).headers
        assert "link" not in page
        assert "s-maxage" not in page["cache-control"]


@pytest.mark.parametrize("server", PROGRAMS)
def test_feeds_at_a_root(server: str, folder: Path, settings: Settings) -> None:
    """Feeds with a host of their own and without siblings are served at its root."""
    rooted = msgspec.structs.replace(at(settings, "https://feeds.example/"), precompress=())
    with running(server, folder / f"{server}-root", rooted, folder / "feeds") as fetch:
        reply = fetch("GET", "/all/rss.xml", {"Accept-Encoding": "gzip"})
        assert reply.body == (folder / "feeds" / "all" / "rss.xml").read_bytes()
        assert reply.headers["link"] == '<https://feeds.example/all/rss.xml>; rel="self"'
        assert reply.headers["content-type"] == "application/rss+xml; charset=utf-8"
        assert fetch("GET", "/.syndicate-files", {}).status == 404


BROTLI = "/usr/lib/nginx/modules/ngx_http_brotli_static_module.so"


def test_nginx_with_its_module_sends_brotli(
    folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the module that a comment speaks of, and that line in force, nginx sends Brotli."""
    if not os.path.exists(BROTLI):
        pytest.skip("libnginx-mod-http-brotli-static is not installed")
    original = hosting.configuration

    def in_force(*arguments: Any) -> str:
        return original(*arguments).replace("# brotli_static on;", "brotli_static on;")

    monkeypatch.setattr(hosting, "configuration", in_force)
    monkeypatch.setitem(globals(), "_NGINX", f"load_module {BROTLI};\n{_NGINX}")
    (case,) = [each for each in CASES if each.name == "br"]
    with running("nginx", folder / "nginx-brotli", settings, folder / "feeds") as fetch:
        check(case, fetch, folder / "feeds")


# The form of what is printed.


@pytest.mark.parametrize("server", hosting.SERVERS)
def test_it_can_be_printed(server: str, folder: Path, settings: Settings) -> None:
    """The command prints what the library makes, and every server has the same types and headers in it."""
    config = str(folder / "config" / "syndicate.yaml")
    result = CliRunner().invoke(cli.main, ["headers", server, "--config", config])
    assert result.exit_code == 0, result.output
    assert result.output == hosting.configuration(server, settings, str(folder / "feeds"))
    assert result.output.endswith("\n")
    assert not result.output.endswith("\n\n")
    for word in (*delivery.FEED_TYPES.values(), *delivery.EVERYWHERE, *delivery.EVERYWHERE.values()):
        assert word in result.output
    assert "https://site.example/feeds/" in result.output


def test_the_servers_are_those_of_the_command() -> None:
    """The command line names them itself, so that `--help` loads no template."""
    (argument,) = [each for each in cli.headers.params if each.name == "server"]
    assert list(argument.type.choices) == list(hosting.SERVERS)  # type: ignore[attr-defined]


def test_netlify_reads_it(settings: Settings) -> None:
    """It is TOML in Netlify's form; no rule says a header that another says of the same file."""
    found = tomllib.loads(hosting.configuration("netlify", settings, "/srv/feeds", REDIRECTS))
    rules = {each["for"]: each["values"] for each in found["headers"]}
    assert rules["/feeds/*/rss.xml"] == {"Content-Type": "application/rss+xml; charset=utf-8"}
    assert rules["/feeds/*"]["Access-Control-Allow-Origin"] == "*"
    assert not set(rules["/feeds/*"]) & {name for path in rules if path != "/feeds/*" for name in rules[path]}
    assert found["redirects"] == [
        {"from": "/feeds/topics/old/*", "to": "/feeds/topics/one/:splat", "status": 301, "force": True}
    ]


def test_cloudflare_reads_it(settings: Settings) -> None:
    """It is in the form of `_headers` and `_redirects`, within the limits that Cloudflare documents."""
    printed = hosting.configuration("cloudflare", hubbed(settings, "https://hub.example/"), "/srv", REDIRECTS)
    about, headers, redirects = (part.splitlines() for part in printed.split("# ---- "))
    assert all(line.startswith("#") for line in about)
    rules: dict[str, dict[str, str]] = {}
    for line in headers[1:]:
        if line.startswith("  "):
            name, _, value = line.strip().partition(": ")
            rules[next(reversed(rules))][name] = value
        else:
            rules[line] = {}
    assert headers[0] == "_headers"
    assert len(rules) <= 100
    assert all(path.count("*") <= 1 and path.startswith("/feeds/") for path in rules)
    assert all(len(line) <= 2000 for line in headers)
    assert rules["/feeds/*/atom.xml"]["Link"] == (
        '<https://hub.example/>; rel="hub", <https://site.example/feeds/:splat/atom.xml>; rel="self"'
    )
    assert not set(rules["/feeds/*"]) & {name for path in rules if path != "/feeds/*" for name in rules[path]}
    assert redirects == ["_redirects", "/feeds/topics/old/* /feeds/topics/one/:splat 301"]


@pytest.mark.parametrize(
    ("feeds_url", "output", "hub", "field"),
    [
        ("https://site.example/a%20b/", "/srv", "https://hub.example/", "site.feeds_url"),
        ("https://site.example/$uri/", "/srv", "https://hub.example/", "site.feeds_url"),
        ("https://site.example/f/", "/srv/$HOME", "https://hub.example/", "output"),
        ("https://site.example/f/", "/srv/a b", "https://hub.example/", "output"),
        ("https://site.example/f/", '/srv/"; }', "https://hub.example/", "output"),
        ("https://site.example/f/", "/srv", "https://hub.example/$host", "hubs[0]"),
        ("https://site.example/f/", "/srv", "https://hub.example/it's", "hubs[0]"),
        ("https://site.example/f/", "/srv", "https://hub.example/%7Bx%7D", "hubs[0]"),
    ],
)
@pytest.mark.parametrize("server", hosting.SERVERS)
def test_nothing_becomes_syntax(server: str, feeds_url: str, output: str, hub: str, field: str) -> None:
    """What a server could take for its own syntax is refused, whichever server it is."""
    found = hubbed(settings_of(), hub)
    with pytest.raises(ConfigError) as caught:
        hosting.configuration(server, at(found, feeds_url), output)
    assert {str(problem).partition(":")[0] for problem in caught.value.problems} == {field}


def test_redirects_do_not_become_syntax_either() -> None:
    """The same holds of redirects."""
    with pytest.raises(ConfigError, match="redirects"):
        hosting.configuration("nginx", settings_of(site=SITE), "/srv", {"a b": "c"})
