"""The look through the rows: nothing in a healthy house, and each planted fault by its name."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from candidates.models import Candidate
from ground.clock import add_months
from ground.rows import Personal
from outreach.models import Message, PhoneLine
from pathways.models import Finding, ImportRow, ImportRun, Introduction, Pathway, Placement, RetentionCheck, StageChange, Task
from pathways.queries import integrity
from pathways.queries.children import children_of
from pathways.queries.facts import facts_among, facts_of, facts_of_many
from pathways.queries.findings import findings_page
from pathways.services import case as cases
from pathways.services import interview, introduction, placement, retention, training
from pathways.services.integrity import keep_findings
from pathways.services.undo import undo_step
from tests.factories import AT, DAY, World, actor, organisation, programme, rates, user
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

OFFER = {"offer_hours": Decimal("37.5"), "offer_pay": Decimal("12.90"), "offer_pay_unit": "hour", "offer_kind": "permanent"}


def put_forward(world: World, case: Pathway) -> Introduction:
    row = introduction.draft_introduction(case=case, heading=world.heading(places=9), by=world.by, at=AT)
    return introduction.send_introduction(introduction=row, consent_how="phone", by=world.by, at=AT)


def at_work(world: World, case: Pathway) -> Placement:
    row = put_forward(world, case)
    introduction.offer_job(introduction=row, offer=OFFER, by=world.by, at=AT)
    introduction.accept_offer(introduction=row, by=world.by, at=AT)
    job = Placement.objects.get(introduction=row, stage="checks_in_progress")
    return placement.start_placement(placement=job, first_day=DAY, by=world.by, at=AT)


class House:
    """People at many points of the way, each brought there by steps."""

    def __init__(self) -> None:
        rates()
        self.world = world = World()
        by = world.by
        self.met = world.case(interested=False)
        self.booked = world.case()
        self.chat = interview.book_chat(case=self.booked, when=AT + timedelta(hours=2), place="Library", host=world.worker, by=by, at=AT)
        self.training = world.case()
        seat = training.book_seat(case=self.training, course=world.course(), by=by, at=AT)
        training.start_training(place=seat, by=by, at=AT)
        self.forward = world.case()
        self.introduction = put_forward(world, self.forward)
        self.working = world.case()
        self.job = at_work(world, self.working)
        self.sustained = world.case()
        self._six_months(at_work(world, self.sustained))
        self.left = world.case()
        placement.leave_job(placement=at_work(world, self.left), last_day=None, by=by, at=AT)
        self.withdrawn = world.case()
        put_forward(world, self.withdrawn)
        cases.withdraw(case=self.withdrawn, by=by, at=AT)
        self.later = world.case()
        cases.set_not_now(case=self.later, revisit_on=DAY + timedelta(days=30), by=by, at=AT)
        self.void = world.case()
        at_work(world, self.void)
        cases.void_case(case=self.void, by=actor(world.lead), at=AT)
        self.undone = world.case()
        cases.withdraw(case=self.undone, by=by, at=AT)
        undo_step(change=StageChange.objects.get(pathway=self.undone, step="withdraw"), by=by, at=AT)

    def _six_months(self, job: Placement) -> None:
        later = AT + (add_months(DAY, 6) - DAY)
        for check in RetentionCheck.objects.filter(placement=job).order_by("due_on"):
            retention.move_with_the_clock(check=check, at=later)
            check.refresh_from_db()
            retention.answer_check(check=check, in_post=True, known_on=add_months(DAY, 6), grade="self", by=self.world.by, at=later)


@pytest.fixture
def house() -> House:
    return House()


def found() -> list[tuple[str, int | None]]:
    """Kind and case of everything that is found."""
    return [(each.kind, each.pathway) for _, more in integrity.look_through(at=AT) for each in more]


def behind_the_door(table: str, statement: str, values: list[Any]) -> None:
    """What only somebody with the owner's rights could do: with triggers off, past every rule."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        assert cursor.rowcount >= 1
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_a_healthy_house_has_nothing_to_find(house: House) -> None:
    stages = sorted(Pathway.objects.values_list("stage", flat=True))
    assert stages == [
        "chat_booked",
        "in_training",
        "in_work",
        "interested",
        "interested",
        "left_work",
        "not_now",
        "outreach",
        "sustained",
        "void",
        "withdrawn",
    ]
    assert found() == []

    everyone = list(Pathway.objects.order_by("pk"))
    assert facts_of_many(everyone) == {case.pk: facts_of(case) for case in everyone}
    assert {case.pk: facts_among(case, children_of([case]).values()) for case in everyone} == facts_of_many(everyone)
    cases.restart_search(case=Pathway.objects.get(pk=house.left.pk), ready=True, by=house.world.by, at=AT)
    assert found() == []
    everyone = list(Pathway.objects.order_by("pk"))
    assert facts_of_many(everyone) == {case.pk: facts_of(case) for case in everyone}


def a_step_behind_it(case: Pathway, machine: str, row: Any, *, step: str, to: str) -> None:
    """A step with its log row, but past the door: nothing follows from it."""
    was = row.stage
    type(row).objects.filter(pk=row.pk).update(stage=to)
    StageChange.objects.create(
        machine=machine,
        subject_id=row.pk,
        pathway=case,
        step=step,
        from_stage=was,
        to_stage=to,
        actor_kind="worker",
        happened_on=DAY,
        recorded_at=AT,
    )


def stage_set_past_the_door(house: House) -> None:
    behind_the_door("pathways_pathway", "UPDATE pathways_pathway SET stage = 'job_ready' WHERE id = %s", [house.met.pk])


def row_without_any_log(house: House) -> None:
    seat = "UPDATE pathways_stagechange SET subject_id = 0 WHERE machine = 'interview' AND subject_id = %s"
    behind_the_door("pathways_stagechange", seat, [house.chat.pk])


def row_taken_out_of_the_log(house: House) -> None:
    Task.objects.filter(opened_by__machine="introduction", opened_by__step="draft").update(opened_by=None)
    gone = "DELETE FROM pathways_stagechange WHERE machine = 'introduction' AND subject_id = %s AND step = 'draft'"
    behind_the_door("pathways_stagechange", gone, [house.introduction.pk])


def log_row_of_another_case(house: House) -> None:
    moved = "UPDATE pathways_stagechange SET pathway_id = %s WHERE machine = 'interview' AND subject_id = %s"
    behind_the_door("pathways_stagechange", moved, [house.met.pk, house.chat.pk])


def step_recorded_before_its_day(house: House) -> None:
    later = "UPDATE pathways_stagechange SET happened_on = %s WHERE machine = 'interview' AND subject_id = %s"
    behind_the_door("pathways_stagechange", later, [date(2026, 11, 24), house.chat.pk])


def case_that_was_not_told(house: House) -> None:
    a_step_behind_it(house.booked, "interview", house.chat, step="cancel", to="cancelled")


def live_on_a_closed_case(house: House) -> None:
    row = Introduction.objects.get(pathway=house.withdrawn)
    a_step_behind_it(house.withdrawn, "introduction", row, step="consider", to="considering")


def two_open_cases_of_one_person(house: House) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DROP INDEX pathway_one_open")
    Pathway.objects.filter(pk=house.met.pk).update(person_key=house.booked.person_key)


def checks_of_a_job_that_never_began(house: House) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE pathways_placement DROP CONSTRAINT placement_in_post_has_first_day")
    Placement.objects.filter(pk=house.job.pk).update(first_day=None)


def owed_on_a_closed_case(house: House) -> None:
    Task.objects.create(pathway=house.withdrawn, kind="book_chat", due_on=DAY)
    Task.objects.create(pathway=house.withdrawn, kind="free", words="Send the form back", due_on=DAY)


def texts_forgotten_or_without_a_cause(house: House) -> None:
    line = PhoneLine.objects.create(digest="d" * 64)
    told = {"candidate": house.met.candidate, "organisation": house.world.delivery, "line": line, "delivery_class": "at_most_once"}
    long_ago = AT - timedelta(days=2)
    times = {"not_before": long_ago, "expires_at": long_ago}
    Message.objects.create(occasion="a", state="sending", lease_until=long_ago, **told, **times)
    Message.objects.create(occasion="b", state="ready", **told, **times)
    Message.objects.create(occasion="c", state="delivered", written_for=uuid4(), **told, **times)


def test_each_planted_fault_is_found_and_nothing_else(house: House) -> None:
    planted: dict[Callable[[House], None], list[tuple[str, Pathway]]] = {
        stage_set_past_the_door: [("stage_unlike_log", house.met), ("unlike_facts", house.met)],
        row_without_any_log: [("stage_unlike_log", house.booked), ("log_astray", house.booked)],
        row_taken_out_of_the_log: [("log_jumps", house.forward)],
        log_row_of_another_case: [("log_astray", house.met)],
        step_recorded_before_its_day: [("day_to_come", house.booked)],
        case_that_was_not_told: [("unlike_facts", house.booked)],
        live_on_a_closed_case: [("live_on_closed", house.withdrawn)],
        two_open_cases_of_one_person: [("two_open", house.met), ("merge_astray", house.met), ("merge_astray", house.booked)],
        checks_of_a_job_that_never_began: [("check_without_start", house.working)] * 3,
        owed_on_a_closed_case: [("owed_on_closed", house.withdrawn)],
        texts_forgotten_or_without_a_cause: [("text_stuck", house.met), ("text_stuck", house.met), ("text_astray", house.met)],
    }
    for plant, expected in planted.items():
        with transaction.atomic():
            plant(house)
            assert found() == [(kind, case.pk) for kind, case in expected], plant.__name__
            transaction.set_rollback(True)
    assert found() == []


def an_import(world: World, **numbers: int) -> ImportRun:
    return ImportRun.objects.create(
        organisation=world.delivery,
        programme=world.programme,
        by=world.lead,
        file_name="x.csv",
        file_digest="0" * 64,
        state="done",
        started_at=AT,
        finished_at=AT,
        **numbers,
    )


def test_an_import_whose_numbers_do_not_add_up_is_found() -> None:
    world = World()
    met, booked = world.case(interested=False), world.case()
    sound = an_import(world, rows_read=2, rows_created=1, rows_rejected=1)
    ImportRow.objects.create(run=sound, number=2, key="a", verdict="create", pathway=met, applied_at=AT)
    ImportRow.objects.create(run=sound, number=3, key="b", verdict="reject")
    assert found() == []
    wrong = an_import(world, rows_read=2, rows_created=2)
    ImportRow.objects.create(run=wrong, number=2, key="a", verdict="create", pathway=booked, applied_at=AT)
    left_out = an_import(world, rows_read=1)
    ImportRow.objects.create(run=left_out, number=2, key="a", verdict="create")
    said = [(each.kind, each.words, each.subject) for each in integrity.sums_of_imports(at=AT)]
    assert said == [
        ("import_sum", "An import says new/changed/unchanged/undecided/rejected 2/0/0/0/0; its rows say 1/0/0/0/0.", wrong.uuid),
        ("import_sum", "An import is done, yet 1 of its rows never went in.", left_out.uuid),
    ]


def test_a_column_that_says_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    said = Candidate.personal
    monkeypatch.setattr(Candidate, "personal", Personal(said.candidate[1:], said.other, said.neither))
    history = "CandidateFirstNameLastNameKnownAsDateOfBirthBirthQualityLanguageDiedOnVersionEvent"
    assert [each.words for each in integrity.columns_without_a_word(at=AT)] == [
        "candidates.Candidate.first_name is not declared.",
        f"candidates.{history}.first_name is not declared.",
    ]


def run_command() -> tuple[int, list[str]]:
    said = io.StringIO()
    try:
        call_command("check_integrity", as_of=DAY, stdout=said)
    except SystemExit as end:
        return int(end.code or 0), said.getvalue().splitlines()
    return 0, said.getvalue().splitlines()


def test_the_command_says_what_is_wrong_and_ends_with_one(house: House) -> None:
    Message.objects.update(state="delivered")  # the command reads the clock, and the house stands on a fixed day long ago
    assert run_command() == (0, ["Nothing disagrees: 14 looks."])
    behind_the_door("pathways_interview", "UPDATE pathways_interview SET stage = 'missed' WHERE id = %s", [house.chat.pk])
    assert run_command() == (
        1,
        [
            f"stage_unlike_log\tinterview {house.chat.uuid}\tThe chat stands at “Missed”; the log says “Booked”.",
            f"unlike_facts\tpathway {house.booked.uuid}\tThe case stands at “Chat booked”;"
            " what happened in it says otherwise: “Interested”.",
            "2 found.",
        ],
    )


@dataclass
class Night:
    """A night on which two things were found: on a case, and in a column."""

    world: World
    case: Pathway


@pytest.fixture
def night() -> Night:
    world = World()
    night = Night(world, world.case())
    call_command("job", "integrity", stdout=io.StringIO())
    words = "The chat stands at “Missed”; the log says “Booked”."
    chat = integrity.Found("stage_unlike_log", words, night.case.pk, "interview", night.case.uuid)
    keep_findings(found=[chat, integrity.Found("undeclared", "candidates.Candidate.x is not declared.")], at=AT)
    return night


def test_a_lead_reads_each_finding_with_its_person_and_what_to_do(night: Night) -> None:
    page = signed_in(night.world.lead).get("/integrity/")
    assert page.status_code == 200
    said = page.content.decode()
    who = night.case.candidate
    assert f'<a class="govuk-link" href="/people/{who.uuid}/">{who.name}</a>: The chat stands at “Missed”; the log says “Booked”.' in said
    assert "A stage is not what the log says" in said
    assert "rows were changed past the door" in said
    assert "candidates.Candidate.x is not declared." in said
    assert "The last check ended" in said


def test_a_lead_of_another_programme_reads_nothing_of_it(night: Night) -> None:
    other = organisation("delivery")
    said = signed_in(user("programme_lead", other, programme(other))).get("/integrity/").content.decode()
    assert "Missed" not in said
    assert "candidates.Candidate.x is not declared." in said


@pytest.mark.parametrize("role", ["worker", "employer"])
def test_the_page_is_a_leads(night: Night, role: str) -> None:
    assert signed_in(getattr(night.world, role)).get("/integrity/").status_code == 403


def test_the_nightly_job_puts_its_list_in_the_place_of_the_last(night: Night) -> None:
    said = io.StringIO()
    call_command("job", "integrity", stdout=said)
    assert said.getvalue() == "integrity: done. 0 found.\n"
    assert Finding.objects.count() == 0
    page = signed_in(night.world.lead).get("/integrity/").content.decode()
    assert "Everything agrees" in page


def test_a_dry_run_keeps_last_nights_list(night: Night) -> None:
    call_command("job", "integrity", "--dry-run", stdout=io.StringIO())
    assert Finding.objects.count() == 2


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_two_questions_however_many_findings_there_are(number: int, django_assert_num_queries: Any) -> None:
    world = World()
    found = [integrity.Found("unlike_facts", "Otherwise.", world.case().pk) for _ in range(number)]
    keep_findings(found=found, at=AT)
    lead = signed_in(world.lead).get("/account/").wsgi_request.user
    with django_assert_num_queries(2):
        page = findings_page(lead)
    assert [len(group.rows) for group in page.groups] == [number]
