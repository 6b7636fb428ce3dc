"""What people type is never in the log: old words stand beside it, for an undo, and can be disposed of."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, models, transaction

from pathways.models import MACHINES, Interview, Overwritten, Placement, PreEmploymentCheck, StageChange
from pathways.services import case as cases
from pathways.services import employment, interview, introduction, placement, training
from pathways.services.door import Taken, chart_steps
from pathways.services.undo import undo_step
from tests.factories import AT, DAY, World, actor

#: Written by steps as codes, though their columns would hold any word: each from a list that a form offers, or a chart's stage.
CODES = {
    ("pathway", "close_reason"),
    ("pathway", "imported_stage"),
    ("placement", "leave_reason"),
    ("placement", "destination"),
}
OFFER = {"offer_hours": 20, "offer_pay": 13, "offer_pay_unit": "hour", "offer_kind": "permanent", "offer_site": "quillmark site"}
WORD = "quillmark"


def test_every_column_that_a_step_writes_and_people_type_is_declared_so() -> None:
    typed = set()
    for machine, model in MACHINES.items():
        written = {name for step in chart_steps(machine).values() for name in step.writes}
        for name in written:
            field = model._meta.get_field(name)
            words = isinstance(field, models.CharField | models.TextField | models.JSONField) and not field.choices
            if words and (machine, name) not in CODES:
                typed.add((machine, name))
        assert set(model.typed) <= written, machine
    assert typed == {(machine, name) for machine, model in MACHINES.items() for name in model.typed}
    assert len(typed) >= 10


@pytest.mark.django_db
def test_no_word_that_was_typed_into_any_step_is_in_the_log_however_often_it_is_written_over_and_undone() -> None:
    world = World()
    by = world.by
    case = world.case()
    chat = interview.book_chat(case=case, when=AT + timedelta(days=1), place=f"{WORD} hall", host=None, by=by, at=AT)
    interview.move_chat(chat=chat, when=AT + timedelta(days=2), place=f"{WORD} café", host=None, by=by, at=AT)
    interview.hold_chat(case=case, chat=chat, outcome={"in_the_way": f"{WORD} childcare"}, by=by, at=AT)
    training.book_seat(case=case, course=world.course(capacity=0), over_capacity_reason=f"{WORD} kin", by=by, at=AT)
    row = introduction.draft_introduction(case=case, heading=world.heading(), by=by, at=AT)
    introduction.send_introduction(introduction=row, consent_how="phone", note=f"{WORD} note", by=by, at=AT)
    introduction.offer_job(introduction=row, offer=OFFER, by=by, at=AT)
    introduction.accept_offer(introduction=row, by=by, at=AT)
    job = Placement.objects.get(introduction=row)
    for at in ("8", "9"):
        agreed = {"start_on": DAY + timedelta(days=9), "start_at": f"{WORD} {at}", "report_to": f"{WORD} desk {at}"}
        placement.agree_start(placement=job, **agreed, by=by, at=AT)
    check = PreEmploymentCheck.objects.filter(placement=job).order_by("id")[0]
    for who in ("one", "two"):
        asked = {"asked_on": DAY, "owner_words": f"{WORD} {who}", "blocked_by": f"{WORD} post {who}"}
        placement.move_check(check=check, step="ask", values=asked, by=by, at=AT)
    bakery = {"employer_words": f"{WORD} bakery", "job": {"title": f"{WORD} baker"}}
    own = placement.record_own_job(case=world.case(), **bakery, start_on=DAY, by=by, at=AT)
    for title in ("cook", "clerk"):
        role = {"title": f"{WORD} {title}", "kind": "permanent", "hours_a_week": None, "ends_on": None}
        employment.move_role(placement=own, role=role, by=by, at=AT)
    placement.fall_through(placement=job, by=by, at=AT)
    cases.close_ineligible(case=case, referred_to=f"{WORD} advice", by=by, at=AT, taken=Taken(reason="age"))
    taken = StageChange.objects.filter(cause=None, undoes=None).order_by("-id")
    for change in taken:
        undo_step(change=change, by=actor(world.lead), at=AT)
    assert StageChange.objects.filter(undoes=None, undone_by=None).count() == 0
    log = json.dumps(list(StageChange.objects.values()), default=str)
    assert WORD not in log
    assert case.candidate.name not in log
    beside = json.dumps(list(Overwritten.objects.values_list("words", flat=True)))
    typed = {name for model in MACHINES.values() for name in model.typed}
    assert {name for name in typed if f'"{name}"' in beside} == typed


@pytest.mark.django_db
def test_undo_gives_back_the_words_that_were_written_over_and_none_that_were_disposed_of() -> None:
    world = World()
    case = world.case()
    chat = interview.book_chat(case=case, when=AT + timedelta(days=1), place="Library", host=None, by=world.by, at=AT)
    for place in ("Hub", "Café"):
        interview.move_chat(chat=chat, when=AT + timedelta(days=2), place=place, host=None, by=world.by, at=AT)
    first, second = StageChange.objects.filter(step="move").order_by("id")
    assert (first.wrote_over["place"], second.wrote_over["place"]) == ("Library", "Hub")
    undo_step(change=second, by=world.by, at=AT)
    assert Interview.objects.get(pk=chat.pk).place == "Hub"
    Overwritten.objects.update(words={})
    undo_step(change=first, by=world.by, at=AT)
    given_back = Interview.objects.get(pk=chat.pk)
    assert (given_back.place, given_back.at) == ("Hub", AT + timedelta(days=1))


@pytest.mark.django_db
def test_words_beside_the_log_can_be_disposed_of_by_the_application(as_application: None) -> None:
    world = World()
    chat = interview.book_chat(case=world.case(), when=AT + timedelta(days=1), place="Library", host=None, by=world.by, at=AT)
    interview.move_chat(chat=chat, when=AT + timedelta(days=2), place="Hub", host=None, by=world.by, at=AT)
    assert Overwritten.objects.update(words={}) == 1
    assert Overwritten.objects.all().delete()[0] == 1


@pytest.mark.django_db
def test_a_reason_is_a_code_or_the_database_refuses_it() -> None:
    world = World()
    case = world.case()
    with pytest.raises(IntegrityError, match="log_reason_is_a_code"), transaction.atomic():
        cases.withdraw(case=case, by=world.by, at=AT, taken=Taken(reason="her brother is ill"))
    cases.withdraw(case=case, by=world.by, at=AT, taken=Taken(reason="family-care"))
