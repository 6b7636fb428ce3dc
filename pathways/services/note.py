"""Who reads a note: fewer, for a while; more, as a note of its own; one kept to its author, for a reason that is written down."""

from collections.abc import Collection
from datetime import datetime, timedelta

from accounts.models import Organisation
from accounts.services.audit import note as add_to_audit
from accounts.services.audit import service
from candidates.models import Candidate
from ground.actor import Actor
from ground.clock import today_london
from ground.door import NotYours, Refused
from pathways.models import Note
from pathways.models.note import Visibility
from pathways.services.contact import add_note

#: For so long its author may take a note back from some of its readers.
NARROW_DAYS = 14
#: From the fewest readers to the most.
WIDTH = {Visibility.ME: 0, Visibility.TEAM: 1, Visibility.PROGRAMME: 2, Visibility.EMPLOYER: 3}


def is_narrower(visibility: str, than: str) -> bool:
    """Whether fewer would read it."""
    return WIDTH[Visibility(visibility)] < WIDTH[Visibility(than)]


@service("note.narrow")
def narrow_note(*, note: Note, version: int, visibility: str, by: Actor, at: datetime) -> Note:
    """Fewer read it from now on. By its author within 14 days; what was shared with an employer stays shared."""
    if note.author_id != by.user_id:
        raise NotYours("Who wrote a note says who reads it.")
    if note.visibility == Visibility.EMPLOYER:
        raise Refused("It was shared with an employer: that cannot be taken back.", field="visibility")
    if not is_narrower(visibility, note.visibility):
        raise Refused("Choose fewer readers than it has.", field="visibility")
    if today_london(at) > today_london(note.written_at) + timedelta(days=NARROW_DAYS):
        raise Refused(f"It was written more than {NARROW_DAYS} days ago: others rely on it by now.", field="visibility")
    note.change(version=version, visibility=visibility)
    add_to_audit(fields=["visibility"], person=note.pathway.candidate.uuid)
    return note


@service("note.widen")
def widen_note(*, note: Note, visibility: str, by: Actor, at: datetime, employer: Organisation | None = None) -> Note:
    """The same words as a new note that more people read, dated today; the first stays as it is. By its author."""
    if note.author_id != by.user_id:
        raise NotYours("Who wrote a note says who reads it.")
    if not is_narrower(note.visibility, visibility):
        raise Refused("Choose more readers than it has.", field="visibility")
    return add_note(case=note.pathway, text=note.text, visibility=visibility, employer=employer, by=by, at=at)


@service("note.open")
def open_closed_notes(*, candidate: Candidate, notes: Collection[Note], reason: str, by: Actor, at: datetime) -> None:
    """A lead reads notes that their authors kept to themselves. Why, and how many, is written down each time."""
    words = reason.strip()
    if by.kind != "lead":
        raise NotYours()
    if not words:
        raise Refused("Say why you need to read them.", field="reason")
    add_to_audit(rows=len(notes), reason=words, subject=candidate, person=candidate.uuid)
