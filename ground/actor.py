"""Who acts: handed to every service as `by`, written into the log, never read from a request further down."""

from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

Kind = Literal["worker", "lead", "trainer", "employer", "candidate", "administrator", "system", "import"]

#: Ways in which a worker may have heard another person's word.
HEARD = ("phone", "in_person", "text", "email", "letter")


@dataclass(frozen=True, kw_only=True)
class Actor:
    """The one who acts, by which membership, and on whose word.

    `said_by` is empty when the actor speaks for themselves; "candidate" or "employer" when a worker
    records what that person said, with `said_how` the way it was heard.
    """

    kind: Kind
    user_id: int | None = None
    membership_id: int | None = None
    organisation_id: int | None = None
    #: The one programme that the membership is for; empty: all of the organisation's.
    programme_id: int | None = None
    #: A person on their own page: whose it is. Nothing of anybody else's is theirs.
    person_key: UUID | None = None
    #: Whose desks the actor looks after today, by the ids of their holders.
    covers: frozenset[int] = frozenset()
    said_by: str = ""
    said_how: str = ""

    def __post_init__(self) -> None:
        if self.said_by not in ("", "candidate", "employer"):
            raise ValueError("Only a candidate's or an employer's word can be passed on.")
        if self.said_how not in ("", *HEARD):
            raise ValueError("A word is heard by phone, in person, by text, e-mail or letter.")

    def speaking_for(self, said_by: str, said_how: str) -> "Actor":
        """The same actor, passing on another person's word."""
        return replace(self, said_by=said_by, said_how=said_how)


#: The programme itself: jobs, and steps that follow from facts.
SYSTEM = Actor(kind="system")
