"""A list in which somebody just pressed something: its address without that, and the row that says what was done."""

from urllib.parse import urlencode

from django.http import HttpRequest

from accounts.middleware import desk_for
from ground.clock import read_clock
from pathways.queries.acted import acted, done_row, say_done
from pathways.queries.due import ListRow
from pathways.scope import CASE_ROLES

#: What an address says of a press, beside the filters of the list.
OF_A_PRESS = ("row", "place", "did", "was")
LONGEST = 60


class List:
    """A list's own address: filters and page kept, presses left out."""

    def __init__(self, request: HttpRequest, path: str) -> None:
        self.path = path
        self.asked = request.GET.copy()
        for name in OF_A_PRESS:
            self.asked.pop(name, None)
        self.kept = self.asked.urlencode()

    def address(self, **more: str) -> str:
        """The list as it stands, with more."""
        there = "&".join(part for part in (self.kept, urlencode(more)) if part)
        return f"{self.path}?{there}" if there else self.path

    def back(self, key: str, number: int) -> str:
        """Where a press in a row leads back to: the list, at that row."""
        return self.address(row=key, place=str(number)) + "#acted"


def acted_on(request: HttpRequest, rows: list[ListRow], here: List) -> None:
    """Let the row that was just acted on say what was done, in its place."""
    did = request.GET.get("did", "")[:LONGEST]
    if not did:
        return
    was = request.GET.get("was", "")[:LONGEST]
    done = acted(request.user, did=did, actors=desk_for(request).actors(*CASE_ROLES), at=read_clock(), back=here.address(), was=was)
    said = done_row(request.user, done) if done is not None else None
    if said is not None:
        place = request.GET.get("place", "")
        number = int(place) if place.isascii() and place.isdigit() and len(place) < 6 else 0
        say_done(rows, said, key=request.GET.get("row", "")[:LONGEST], place=number)
