"""A gallery of every component in every state, served under the real policy and looked at in a real Chromium."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from pytest_django import Settings

from tests.components.gallery.pages import PAGES

BUILT = settings.BASE_DIR / "static" / "built" / "pathways.css"
SHOTS = settings.BASE_DIR / "shots" / "components"
KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


def policy() -> str:
    """The content security policy of the settings, as a header; scripts of our own address need no nonce."""
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    return "; ".join(
        f"{name} {' '.join(str(one) for one in values if str(one).startswith(chr(39)) or str(one).endswith(':'))}"
        for name, values in directives.items()
    )


class Gallery(BaseHTTPRequestHandler):
    """Gives a page of the gallery or a static file; remembers nothing."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.startswith(settings.STATIC_URL):
            self.give_file(path.removeprefix(settings.STATIC_URL))
        elif path.strip("/") in PAGES:
            self.give(200, PAGES[path.strip("/")]().encode(), "text/html; charset=utf-8")
        else:
            self.give(404, b"", "text/plain")

    def give_file(self, name: str) -> None:
        found = finders.find(name)
        if found is None:
            self.give(404, b"", "text/plain")
        else:
            self.give(200, Path(found).read_bytes(), KINDS.get(name.rpartition(".")[2], "text/plain"))

    def give(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", policy())
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(autouse=True)
def _addresses(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.components.gallery.addresses"


@pytest.fixture(scope="session")
def gallery() -> Iterator[str]:
    """The address of the gallery; the style sheet must have been built."""
    if not BUILT.exists():
        pytest.fail("The style sheet is not built: run `make install`, or `npm ci && npm run build`.", pytrace=False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gallery)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def shot() -> Callable[[str], Path]:
    """Where the picture of a page goes: an ignored folder."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    return lambda name: SHOTS / f"{name}.png"
