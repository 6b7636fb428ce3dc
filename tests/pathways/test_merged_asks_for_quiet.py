"""What somebody asked of us holds for the person, whichever of their records it was written on: no calls, no texts, no letters."""

from datetime import timedelta

import pytest

from candidates.models import ContactRoute
from ground.door import Refused
from outreach.models import Message
from pathways.models import LetterStop, Task
from pathways.queries.letter import addresses_of, stop_of, stopped_among
from pathways.services.letter import allow_letters, make_letter, stop_letters
from pathways.services.merging import merge, unmerge
from pathways.services.own_acts import stop_contact
from pathways.services.own_text import text_own_page
from tests.pathways.letter_scene import HOME, Post
from tests.pathways.own_scene import Own

pytestmark = pytest.mark.django_db


def test_stop_contacting_me_holds_for_the_numbers_and_texts_of_every_record() -> None:
    scene = Own()
    kept, other = (scene.reachable(scene.open(), number) for number in ("+447700900123", "+447700900456"))
    waiting = text_own_page(case=other, by=scene.by, at=scene.now)
    row = merge(kept=kept.candidate, absorbed=other.candidate, by=scene.lead_by, at=scene.now)
    kept.refresh_from_db()
    stop_contact(person=kept.candidate, cases=[kept], by=scene.by, at=scene.now)
    numbers = ContactRoute.objects.filter(candidate__in=[kept.candidate, other.candidate])
    assert set(numbers.values_list("value", "may_text", "may_call")) == {("+447700900123", False, False), ("+447700900456", False, False)}
    assert Message.objects.get(pk=waiting.pk).state == "cancelled"
    assert not Message.objects.filter(state="ready").exists()
    assert row.ended_at is None


def test_no_letters_holds_for_the_person_until_they_are_two_again() -> None:
    scene = Post()
    one, two = scene.amina(), scene.amina(first="Aminah")
    task = scene.to_tell(two)
    stop_letters(candidate=one.candidate, by=scene.by, at=scene.now)
    assert stopped_among([one.candidate_id, two.candidate_id]) == {one.candidate_id}
    row = merge(kept=one.candidate, absorbed=two.candidate, by=scene.lead_by, at=scene.now)
    assert stopped_among([one.candidate_id, two.candidate_id]) == {one.candidate_id, two.candidate_id}
    task.refresh_from_db()
    with pytest.raises(Refused, match="They asked for no letters"):
        make_letter(task=task, named=True, version=task.version, by=scene.by, at=scene.now)
    unmerge(merge=row, by=scene.lead_by, at=scene.now + timedelta(hours=1))
    assert stopped_among([one.candidate_id, two.candidate_id]) == {one.candidate_id}
    assert stop_of(two.candidate) is None


def test_said_on_both_records_it_ends_on_both() -> None:
    scene = Post()
    one, two = scene.amina(), scene.amina(first="Aminah")
    for case in (one, two):
        stop_letters(candidate=case.candidate, by=scene.by, at=scene.now)
    merge(kept=one.candidate, absorbed=two.candidate, by=scene.lead_by, at=scene.now)
    allow_letters(candidate=two.candidate, by=scene.by, at=scene.now)
    assert not LetterStop.objects.filter(ended_on__isnull=True).exists()
    assert stopped_among([one.candidate_id, two.candidate_id]) == set()


def test_what_is_owed_on_the_record_that_was_taken_in_is_written_to_the_address_of_the_other() -> None:
    scene = Post()
    one, two = scene.amina(), scene.amina(first="Aminah", write_to="")
    task = scene.to_tell(two)
    assert addresses_of([two.candidate_id])[two.candidate_id].lines == ()
    merge(kept=one.candidate, absorbed=two.candidate, by=scene.lead_by, at=scene.now)
    task = Task.objects.get(pk=task.pk)
    assert task.state == "open"
    letter = make_letter(task=task, named=True, version=task.version, by=scene.by, at=scene.now)
    assert ", ".join(letter.printed["to"][1:]) == HOME
