"""The files of the output as an ASGI application.

May know: the folder, the settings and the redirects; nothing of queries.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from anyio import to_thread
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from syndicate.delivery import cache_control
from syndicate.web.answers import Answer, Asked, Streamed, answer, moved, not_found, other_method
from syndicate.web.asgi import asked_of, send_answer
from syndicate.web.files import Folder, is_visible
from syndicate.web.site import Site

# RFC 3986 §3.4: what stands in a query as it is, escapes too.
_QUERY = "%!$&'()*+,;=:@/?"


class StaticFiles:
    """Serves the output folder of a site; the path below it is the route's parameter `path`."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.folder = Folder()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        asked = asked_of(request)
        reply = other_method(asked)
        if reply is None:
            path, query = request.path_params["path"], scope["query_string"]
            reply = await to_thread.run_sync(self.reply, asked, path, query)
        await send_answer(reply, scope, receive, send)

    def reply(self, asked: Asked, path: str, query: bytes = b"") -> Answer:
        """Find what a GET or HEAD is about, in a thread that may wait for the disk."""
        rest = f"?{quote(query, safe=_QUERY)}" if query else ""
        settings = self.site.settings
        aging = cache_control(settings, feed=False)
        target = redirected(path, self.site.redirects)
        if target is not None:
            return moved(asked, upward(path) + quote(target) + rest, aging)
        name = f"{path}index.html" if not path or path.endswith("/") else path
        content = self.folder.find(settings, self.site.output, name, asked.header("accept-encoding"))
        if content is None:
            return not_found(asked)
        if content == "folder":
            # Relative, so that it holds wherever this is mounted; `./`, since a name may have a colon.
            slashed = f"./{quote(path.rpartition('/')[2])}/"
            return moved(asked, slashed + rest, aging)
        reply = None
        try:
            reply = answer(asked, content)
        finally:
            if reply is None or not isinstance(reply.body, Streamed):
                content.file.close()
        return reply


def redirected(path: str, redirects: Mapping[str, str]) -> str | None:
    """Tell where a path is now: `redirects` map old paths to new ones, files or whole folders."""
    if not redirects or not is_visible(path.rstrip("/")):
        return None
    head, tail = path.rstrip("/"), path[len(path.rstrip("/")) :]
    while head:
        if head in redirects:
            return redirects[head] + tail
        head, _, name = head.rpartition("/")
        tail = f"/{name}{tail}"
    return None


def upward(path: str) -> str:
    """Lead from a path back to the folder that everything is in, relative to the path."""
    return "../" * path.count("/") or "./"
