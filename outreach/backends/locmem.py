"""Texts kept in this process: a provider for tests that can be told to fail as real ones do."""

from collections import deque
from collections.abc import Callable
from threading import Lock

from outreach.backends import Accepted, Backend, Found, Outgoing

#: Given to a text before or after it is taken; raising there is how a provider fails.
Fate = Callable[[Outgoing], None]


class LocMem(Backend):
    """Keeps what it took. `before` and `after` hold one fate for each of the next texts: before and after taking it."""

    def __init__(self) -> None:
        self.taken: list[Outgoing] = []
        self.before: deque[Fate] = deque()
        self.after: deque[Fate] = deque()
        self._lock = Lock()

    def forget(self) -> None:
        """Begin again with nothing taken and no fate waiting."""
        self.taken.clear()
        self.before.clear()
        self.after.clear()

    def send(self, message: Outgoing) -> Accepted:
        """Take it, unless its fate says otherwise."""
        if self.before:
            self.before.popleft()(message)
        with self._lock:
            self.taken.append(message)
            number = len(self.taken)
        if self.after:
            self.after.popleft()(message)
        return Accepted(f"locmem-{message.reference}-{number}", "sent")

    def find(self, message: Outgoing) -> list[Found] | None:
        """What it took for this row."""
        with self._lock:
            numbers = [place for place, each in enumerate(self.taken, start=1) if each.reference == message.reference]
        return [Found(f"locmem-{message.reference}-{number}", "sent") for number in numbers]


def make() -> Backend:
    """For `backend_named`."""
    return LocMem()
