"""Two at once: requests that leave at the same moment, from signed-in people, to the real web server."""

import http.client
import secrets
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from accounts.models import User
from tests.fixtures.server import Server
from tests.signing_in import signed_in


@dataclass(frozen=True)
class Answer:
    """What the server said, and from when to when the question was under way."""

    status: int
    location: str
    retry_after: str
    body: str
    begun: float
    ended: float


@dataclass(frozen=True)
class Post:
    """One form on its way: whose, to where, with what."""

    cookies: str
    csrf: str
    path: str
    fields: dict[str, str | list[str]]


class Person:
    """Somebody signed in, as their browser holds it: the cookies and nothing else."""

    def __init__(self, user: User) -> None:
        client = signed_in(user)
        self.csrf = secrets.token_hex(16)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={self.csrf}"

    def post(self, path: str, *, once: str = "", **fields: object) -> Post:
        """A form of theirs, with a fresh stamp unless given; a list is several ticks of one field."""
        typed = {name: value if isinstance(value, list) else str(value) for name, value in fields.items()}
        return Post(self.cookies, self.csrf, path, {"once": once or secrets.token_urlsafe(16), **typed})


def at_once(server: Server, posts: Sequence[Post]) -> list[Answer]:
    """Send them at the same moment, each on a connection of its own that is open already."""
    barrier = threading.Barrier(len(posts))

    def send(post: Post) -> Answer:
        line = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)
        line.connect()
        body = urlencode({**post.fields, "csrfmiddlewaretoken": post.csrf}, doseq=True)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": post.cookies, "Connection": "close"}
        barrier.wait(timeout=60)
        begun = monotonic()
        line.request("POST", post.path, body, headers)
        said = line.getresponse()
        text = said.read().decode()
        ended = monotonic()
        line.close()
        return Answer(said.status, said.getheader("Location", ""), said.getheader("Retry-After", ""), text, begun, ended)

    with ThreadPoolExecutor(len(posts)) as threads:
        return list(threads.map(send, posts))


def overlapped(answers: Sequence[Answer]) -> bool:
    """Whether all of them were under way at one moment."""
    return max(each.begun for each in answers) < min(each.ended for each in answers)
