"""What is typed without signal: a key for a device, and what becomes of each form that a device kept."""

from datetime import datetime, timedelta

from accounts.models import User
from accounts.services.audit import note, service
from candidates.models import Candidate
from ground.actor import Actor
from ground.door import Conflict
from pathways.backends.envelope import new_pair
from pathways.models import DeviceKey, KeptForm
from pathways.models.kept import KeptState, Words

#: For so long a device's word is believed about how long ago something was typed.
LONGEST_WAIT = timedelta(days=31)


def typed_when(*, typed: float, sent: float, key: DeviceKey, at: datetime) -> datetime:
    """When a form was typed: by how long ago the device says it was, so that a clock that is a day off changes nothing.

    Never in the future, never before the device was given its key, never longer ago than a month. Both in ms by the device's clock.
    """
    try:
        then = at - timedelta(milliseconds=max(0.0, sent - typed))
    except (OverflowError, ValueError):
        then = at
    return min(at, max(then, at - LONGEST_WAIT, key.made_at))


@service("kept.key")
def give_device_key(*, user: User, by: Actor, at: datetime) -> DeviceKey:
    """A device of this user may keep forms from now on: it gets the half of a key that seals."""
    private, public = new_pair()
    note(fields=["public"])
    return DeviceKey.objects.create(user=user, private=private, public=public, made_at=at)


@service("kept.taken")
def note_taken(*, user: User, once: str, kind: str, typed_at: datetime, by: Actor, at: datetime) -> KeptForm:
    """It arrived and was taken: remembered without its words, so that it is never taken again."""
    note(fields=["state"])
    return KeptForm.objects.create(user=user, once=once, kind=kind, state=KeptState.TAKEN, typed_at=typed_at, received_at=at, settled_at=at)


@service("kept.back")
def send_back(
    *, user: User, once: str, kind: str, words: Words, typed_at: datetime, by: Actor, at: datetime, candidate: Candidate | None = None
) -> KeptForm:
    """It could not be taken as it is: it waits, sealed, until whoever typed it has put it right or left it out."""
    note(fields=["state"])
    return KeptForm.objects.create(
        user=user,
        once=once,
        kind=kind,
        state=KeptState.TO_CORRECT,
        typed_at=typed_at,
        received_at=at,
        candidate=candidate,
        body=words.as_text(),
    )


@service("kept.corrected")
def note_corrected(*, kept: KeptForm, by: Actor, at: datetime) -> KeptForm:
    """What came back was put right and taken: its words go from the list."""
    return _settle(kept, KeptState.TAKEN, at=at)


@service("kept.leave_out")
def leave_out(*, kept: KeptForm, by: Actor, at: datetime) -> KeptForm:
    """Whoever typed it says that it is not wanted: its words are gone."""
    return _settle(kept, KeptState.LEFT_OUT, at=at)


def _settle(kept: KeptForm, state: str, *, at: datetime) -> KeptForm:
    if kept.state != KeptState.TO_CORRECT:
        raise Conflict("This was settled already, perhaps in another window.")
    note(fields=["state"], subject=kept)
    kept.change(version=kept.version, state=state, body=None, settled_at=at)
    return kept
