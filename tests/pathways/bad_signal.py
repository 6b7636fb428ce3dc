"""A line between browser and server that can be cut, before the request or before the answer; that fails as a proxy does, or is slow."""

import re
import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit

UP, DOWN = "up", "down"


class Line:
    """Listens beside the server. `state` is UP or DOWN; `cut_answers` of posts to `cut_path` are swallowed after the server gave them."""

    def __init__(self, url: str) -> None:
        there = urlsplit(url)
        self.there = (there.hostname or "", there.port or 0)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.state = UP
        self.cut_path = b""
        self.cut_answers = 0
        self.after = 0
        self.posts = 0
        self.failing: tuple[bytes, bytes, int] | None = None
        self.held_path = b""
        self.held, self.release = threading.Event(), threading.Event()
        self.open: set[socket.socket] = set()
        threading.Thread(target=self._listen, daemon=True).start()

    def down(self) -> None:
        """Aeroplane mode: what is open is cut, nothing new comes through."""
        self.state = DOWN
        for each in list(self.open):
            _close(each)

    def up(self) -> None:
        self.state = UP

    def cut(self, path: str, *, after: int) -> None:
        """Swallow the answer to the next post to `path` after so many went well, and be down from then on."""
        self.cut_path, self.after, self.posts, self.cut_answers = f"POST {path} ".encode(), after, 0, 1

    def fail(self, request: str, status: int, *, having: str = "") -> None:
        """Answer `POST /there/` with this status, whenever its body has these letters, until `mend`; the server hears nothing of it."""
        self.failing = (f"{request} ".encode(), having.encode(), status)

    def mend(self) -> None:
        self.failing = None

    def hold(self, path: str) -> None:
        """Keep the next post to `path` on its way (`held`) until `release` is set."""
        self.held_path = f"POST {path} ".encode()
        self.held.clear()
        self.release.clear()

    def close(self) -> None:
        self.down()
        _close(self.listener)

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                if self.state == DOWN:
                    _close(near)
                else:
                    threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with suppress(OSError):
            far = socket.create_connection(self.there)
            self.open |= {near, far}
            swallow = threading.Event()
            threading.Thread(target=self._back, args=(far, near, swallow), daemon=True).start()
            while data := near.recv(65536):
                if self.failing and data.startswith(self.failing[0]):
                    data += _rest(near, data)
                    if self.failing[1] in data:
                        near.sendall(b"HTTP/1.1 %d Failed\r\nContent-Length: 4\r\nConnection: close\r\n\r\nAway" % self.failing[2])
                        break
                if self.held_path and data.startswith(self.held_path):
                    self.held_path = b""
                    self.held.set()
                    self.release.wait(30)
                if self.cut_answers and self.cut_path in data:
                    self.posts += 1
                    if self.posts > self.after:
                        self.cut_answers = 0
                        swallow.set()
                far.sendall(data)
            _close(near)
            _close(far)

    def _back(self, far: socket.socket, near: socket.socket, swallow: threading.Event) -> None:
        with suppress(OSError):
            while data := far.recv(65536):
                if swallow.is_set():  # the server has done it; nobody hears of it
                    self.down()
                    return
                near.sendall(data)
        _close(near)


def _rest(near: socket.socket, data: bytes) -> bytes:
    """What of a request's body is still to come."""
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    missing, more = int(length[1]) - len(body) if length else 0, b""
    while len(more) < missing and (part := near.recv(65536)):
        more += part
    return more


def _close(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        line.close()
