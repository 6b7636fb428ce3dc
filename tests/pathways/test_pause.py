"""A pause: nothing is asked of the person, clocks stand still, and an employer sees a day and no reason."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from ground import jobs
from ground.actor import Actor
from ground.clock import add_months, today_london
from ground.door import Conflict, Refused
from outreach.models import Message
from pathways.models import Introduction, Pathway, Pause, RetentionCheck, StageChange, Task
from pathways.queries.integrity import look_through
from pathways.services import case as cases
from pathways.services import interview, introduction, placement
from pathways.services.door import Taken, change_stage
from pathways.services.undo import undo_step
from tests.factories import AT, DAY, World
from tests.pathways.scenes import Scene
from tests.pathways.walk import snapshot
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
BACK = DAY + timedelta(days=40)
WHY = Taken(reason="childcare")


def found(at: datetime) -> list[str]:
    return [each.words for _, more in look_through(at=at) for each in more if each.kind != "text_stuck"]


def paused(world: World, case: Pathway, at: datetime = AT) -> Pathway:
    return cases.pause_case(case=case, review_on=max(BACK, today_london(at) + timedelta(days=40)), by=world.by, at=at, taken=WHY)


def due(case: Pathway) -> dict[str, object]:
    return dict(Task.objects.filter(pathway=case, state="open").values_list("kind", "due_on"))


def test_a_pause_moves_nobody_and_asks_for_a_look_on_its_day() -> None:
    world = World()
    case = paused(world, world.case())
    pause = Pause.objects.get(pathway=case)
    assert (case.stage, pause.reason, pause.from_on, pause.review_on, pause.to_on) == ("interested", "childcare", DAY, BACK, None)
    case.refresh_from_db()
    assert (case.next_kind, case.next_due_on) == ("review", BACK)
    assert StageChange.objects.filter(pathway=case, machine="pathway").latest("id").reason == "childcare"
    with pytest.raises(Conflict, match="paused already"):
        paused(world, case)


def test_a_registers_stage_holds_through_a_pause_and_its_end() -> None:
    world = World()
    case = world.case()
    told = {"by": Actor(kind="import", organisation_id=world.delivery.pk), "at": AT}
    change_stage(subject=case, step="import_stage", values={"imported_stage": "in_training"}, **told)
    case = paused(world, Pathway.objects.get())
    assert (case.stage, Pathway.objects.get().stage) == ("in_training", "in_training")
    cases.resume_case(case=case, by=world.by, at=AT + timedelta(days=3))
    assert (Pathway.objects.get().stage, found(AT + timedelta(days=3))) == ("in_training", [])
    interview.hold_chat(case=Pathway.objects.get(), by=world.by, at=AT + timedelta(days=3))
    assert Pathway.objects.get().stage == "chatted"


def test_what_was_owed_is_owed_as_many_days_later_and_dates_of_a_chat_or_a_job_stay() -> None:
    world = World()
    case = world.case()
    introduction.draft_introduction(case=case, heading=world.heading(), by=world.by, at=AT)
    interview.book_chat(case=case, when=AT + timedelta(days=50), place="Library", host=None, by=world.by, at=AT)
    before = due(case)
    paused(world, case)
    over = AT + timedelta(days=30)
    cases.resume_case(case=case, by=world.by, at=over)
    after = due(case)
    assert after["send"] == before["send"] + timedelta(days=30)
    assert after["hold_chat"] == before["hold_chat"]
    assert "review" not in after
    assert (Pause.objects.get().to_on, case.paused_on, found(over)) == (today_london(over), None, [])
    with pytest.raises(Conflict, match="not paused"):
        cases.resume_case(case=case, by=world.by, at=over)


@pytest.mark.parametrize("step", ["pause", "resume", "withdraw"])
def test_undo_gives_back_the_pause_and_the_days_as_they_were(step: str) -> None:
    world = World()
    case = world.case()
    introduction.draft_introduction(case=case, heading=world.heading(), by=world.by, at=AT)
    if step != "pause":
        paused(world, case)
    at = AT + timedelta(days=9)
    intervals = list(Pause.objects.filter(voided_at=None).values_list("from_on", "review_on", "to_on"))
    before = snapshot([case.pk])
    if step == "pause":
        paused(world, case, at)
    elif step == "resume":
        cases.resume_case(case=case, by=world.by, at=at)
    else:
        cases.withdraw(case=case, by=world.by, at=at)
        case.refresh_from_db()
        assert (case.paused_on, Pause.objects.get().to_on) == (None, today_london(at))
    assert snapshot([case.pk]) != before
    undo_step(change=StageChange.objects.get(step=step, machine="pathway"), by=world.by, at=at)
    assert snapshot([case.pk]) == before
    assert list(Pause.objects.filter(voided_at=None).values_list("from_on", "review_on", "to_on")) == intervals
    assert found(at) == []


def test_today_asks_nothing_whose_clock_stands_still(client) -> None:
    scene = Scene()
    case = scene.open()
    browser = signed_in(scene.worker)
    assert case.candidate.name in browser.get("/today/").content.decode()
    cases.pause_case(case=case, review_on=scene.today + timedelta(days=9), by=scene.by, at=scene.now, taken=WHY)
    assert case.candidate.name not in browser.get("/today/").content.decode()
    words = browser.get(f"/people/{case.candidate.uuid}/").content.decode()
    assert "Paused since" in words
    assert "childcare" in words


def test_no_text_goes_by_itself_and_the_retention_date_does_not_move() -> None:
    world = World()
    case = world.case()
    job = {"employer_words": "A bakery", "job": {"title": "Baker"}, "start_on": DAY}
    placement.record_own_job(case=case, **job, by=world.by, at=AT)
    paused(world, case, AT + timedelta(days=160))
    six = add_months(DAY, 6)
    texts = Message.objects.count()
    for days in range(3):
        jobs.run("retention_checks", at=datetime.combine(six, AT.timetz()) + timedelta(days=days))
    check = RetentionCheck.objects.get(milestone="six_months")
    assert (check.stage, check.due_on) == ("open", six)
    assert Message.objects.count() == texts
    assert Task.objects.filter(pathway=case, kind="retention", subject=f"retention_check:{check.pk}", state="open").exists()


def test_an_employer_sees_from_when_and_not_why_and_its_silence_is_nobodys_fault() -> None:
    scene = Scene()
    row = scene.sent()
    day = scene.today + timedelta(days=9)
    cases.pause_case(case=row.pathway, review_on=day, by=scene.by, at=scene.now, taken=WHY)
    words = signed_in(scene.employer).get("/put-forward/").content.decode()
    assert f"Available from {day.day} {day:%B %Y}" in words
    assert "hildcare" not in words
    assert "aused" not in words
    assert jobs.run("go_stale", at=scene.now).result == "0 of 0 went stale."
    assert Introduction.objects.get().stage == "sent"


def test_two_pauses_of_one_case_never_overlap() -> None:
    world = World()
    case = world.case()
    paused(world, case)
    cases.resume_case(case=case, by=world.by, at=AT + timedelta(days=20))
    later = paused(world, case, AT + timedelta(days=25))
    with pytest.raises(Refused, match="cannot end before it began"):
        cases.resume_case(case=later, by=world.by, at=AT + timedelta(days=26), taken=Taken(happened_on=DAY))
    pause = Pause.objects.earliest("id")
    for first, last in ((3, 5), (-3, 1), (19, None)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Pause.objects.create(
                pathway=case,
                reason="away",
                from_on=DAY + timedelta(days=first),
                review_on=BACK,
                to_on=DAY + timedelta(days=last) if last is not None else None,
            )
    assert pause.to_on == DAY + timedelta(days=20)
