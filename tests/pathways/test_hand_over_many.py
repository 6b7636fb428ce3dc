"""Many handed over at once leave what so many single hand-overs leave: every table, each row to be undone by itself."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit, Organisation
from accounts.services.audit import is_sound
from ground.actor import Actor
from ground.clock import add_months, today_london
from ground.door import NotYours, Refused
from outreach.services.message import set_fact
from pathways.models import Ownership, Pathway, Placement, RetentionCheck, StageChange, Task
from pathways.queries.integrity import look_through
from pathways.services import case as cases
from pathways.services import interview, placement, retention
from pathways.services.door import Taken, change_stage
from pathways.services.handing_over import HandedOver, hand_over_many
from pathways.services.task import close_task
from pathways.services.text import TELLINGS
from pathways.services.undo import undo_step
from pathways.workflow.owed import OWED
from tests.factories import actor, organisation, partner, person, user
from tests.pathways.digest import digest, unlike
from tests.pathways.scenes import Scene

pytestmark = pytest.mark.django_db
#: What is another in each row however it came about: numbers of its own, times by the machine's clock, the seal over them.
OF_ITS_OWN = ("id", "uuid", "reporting_id", "created_at", "hmac", "pgh_id", "pgh_created_at", "pgh_context_id")
#: Columns that name a row of the log, which is told by its case, its step and its place among them.
NAMES_A_CHANGE = ("opened_by_id", "closed_by_id", "cause_id", "undoes_id", "change_id")


class Many(Scene):
    """People at every point of the way, and some with whom something out of the ordinary happened."""

    def __init__(self) -> None:
        super().__init__()
        self.to = self.colleague
        #: Cases of whom a step says again what had been left behind, or ticked off.
        self.said_again: set[int] = set()

    def everybody(self) -> list[Pathway]:
        """Thirty of them."""
        usual: list[Callable[[], Any]] = [
            *(self.open, self.ready, self.tried, self.chat, self.held, self.waiting, self.seat, self.drafted, self.sent, self.offered),
            *(self.accepted, self.job, self.left_unsaid, self.paused, self.superseded, self.check, self.due, self.answered, self.disputed),
            *(lambda: self.seat(begun=True), lambda: self.job(started=True)),
            *(
                self.marked_today,
                self.nobodys,
                self.given,
                self.relied_on,
                self.imported,
                self.finishing,
                self.ticked_off,
                self.left_after_six,
                self.ending,
            ),
        ]
        rows = [make() for make in usual]
        found = [row.pk if isinstance(row, Pathway) else row.pathway_id for row in rows]
        assert len(set(found)) == 30
        return list(Pathway.objects.filter(pk__in=found).order_by("pk"))

    def nobodys(self) -> Pathway:
        """Came by themselves: nobody holds them yet."""
        case = cases.new_case(
            candidate=person(self.delivery), programme=self.programme, organisation=self.delivery, opened_on=today_london(self.past)
        )
        return cases.express_interest(case=case, by=self.by, at=self.past)

    def marked_today(self) -> Pathway:
        return cases.mark_ready(case=self.open(), by=self.by, at=self.now, taken=Taken(reason="has_experience"))

    def given(self) -> Pathway:
        """A colleague does what is owed."""
        case = self.open()
        Task.objects.filter(pathway=case).update(assignee=self.colleague, assigned_under=self.worker)
        return case

    def relied_on(self) -> Pathway:
        """A text relied on where the case stood; it has followed a chat since."""
        case = self.open()
        set_fact(key=f"pathway:{case.pk}", value="interested")
        self.said_again.add(case.pk)
        return interview.hold_chat(case=case, by=self.by, at=self.past).pathway

    def imported(self) -> Pathway:
        """A register said that they are on a course."""
        case = self.open()
        by = Actor(kind="import", organisation_id=self.delivery.pk)
        change_stage(subject=case, step="import_stage", by=by, at=self.past, values={"imported_stage": "in_training"})
        assert Pathway.objects.get(pk=case.pk).stage == "in_training"
        return case

    def finishing(self) -> Pathway:
        """Six months in work are confirmed, and a chat is still to come."""
        at = datetime.combine(add_months(self.today, -7), self.now.timetz())
        case = self.case(at=at)
        job = {"employer_words": "Corner bakery", "job": {"title": "Baker"}}
        placement.record_own_job(case=case, start_on=today_london(at), by=self.by, at=at, **job)
        interview.book_chat(case=case, when=self.now + timedelta(days=2), place="Library", host=None, by=self.by, at=self.past)
        for check in RetentionCheck.objects.filter(pathway=case).order_by("due_on"):
            retention.move_with_the_clock(check=check, at=self.now)
            check.refresh_from_db()
            retention.answer_check(check=check, in_post=True, known_on=self.today, grade="self", by=self.by, at=self.now)
        assert {"finish_live", "hold_chat"} <= self.owed(case)
        return Pathway.objects.get(pk=case.pk)

    def ticked_off(self) -> Pathway:
        """The same, and somebody ticked off what is to be finished: it is owed again with the next step."""
        case = self.finishing()
        close_task(task=Task.objects.get(pathway=case, kind="finish_live", state="open"), by=self.by, at=self.now)
        self.said_again.add(case.pk)
        return case

    def left_after_six(self) -> Pathway:
        """Left the job after six months were confirmed; the chat is still to come."""
        case = self.finishing()
        placement.leave_job(placement=Placement.objects.get(pathway=case), last_day=self.today, by=self.by, at=self.now)
        return Pathway.objects.get(pk=case.pk)

    def ending(self) -> Pathway:
        """The same, and somebody ticked off that the follow-up is to be ended."""
        case = self.left_after_six()
        close_task(task=Task.objects.get(pathway=case, kind="end_follow_up", state="open"), by=self.by, at=self.now)
        self.said_again.add(case.pk)
        return case

    def owed(self, case: Pathway) -> set[str]:
        return set(Task.objects.filter(pathway=case, state="open").values_list("kind", flat=True))

    def many(self, chosen: list[Pathway], **more: Any) -> HandedOver:
        told = {"to": self.to, "organisation": self.delivery, "by": self.lead_by, "at": self.now, "taken": Taken(reason="balance"), **more}
        return hand_over_many(chosen={case.pk: case.version for case in chosen}, **told)

    def single(self, case: Pathway, **more: Any) -> Pathway:
        taken = Taken(reason="balance", version=case.version)
        told = {"to": self.to, "organisation": self.delivery, "by": self.lead_by, "at": self.now, "taken": taken, **more}
        return cases.hand_over(case=Pathway.objects.select_related("programme").get(pk=case.pk), **told)


def tables() -> dict[str, list[str]]:
    """Every table of the database as it stands, rows without what is theirs alone, those of the log told by case, step and place."""
    place: Counter[tuple[Any, ...]] = Counter()
    changes: dict[int, str] = {}
    for pk, *about in StageChange.objects.order_by("id").values_list("id", "pathway", "machine", "subject_id", "step"):
        place[tuple(about)] += 1
        changes[pk] = f"{about} {place[tuple(about)]}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        found: dict[str, list[str]] = {}
        for name in [row[0] for row in cursor.fetchall()]:
            cursor.execute(f'SELECT (to_jsonb(t) - %s::text[])::text FROM "{name}" AS t', [list(OF_ITS_OWN)])
            rows = [json.loads(row[0]) for row in cursor.fetchall()]
            told = [{key: changes.get(value, value) if key in NAMES_A_CHANGE else value for key, value in row.items()} for row in rows]
            found[name] = sorted(json.dumps(row, sort_keys=True) for row in told)
    return found


@contextmanager
def tried() -> Iterator[None]:
    """Within: as if; afterwards it was not."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def without_the_press(rows: list[str]) -> list[str]:
    return [row for row in rows if json.loads(row)["action"] != "case.hand_over_many"]


@pytest.mark.parametrize("who", ["lead", "worker"])
@pytest.mark.parametrize("days_ago", [0, 5])
def test_thirty_at_once_leave_the_tables_that_thirty_single_ones_leave(who: str, days_ago: int) -> None:
    scene = Many()
    everybody = scene.everybody()
    by = {"by": scene.lead_by if who == "lead" else scene.by}
    told = {**by, "taken": Taken(reason="balance", happened_on=scene.today - timedelta(days=days_ago))}
    before = tables()
    with tried():
        refused = 0
        for case in everybody:
            try:
                scene.single(
                    case, **{**told, "taken": Taken(reason="balance", version=case.version, happened_on=told["taken"].happened_on)}
                )
            except Refused:
                refused += 1
        single = tables()
    with tried():
        done = scene.many(everybody, **told)
        many = tables()
        assert all(is_sound(row) for row in Audit.objects.filter(action="case.hand_over"))
        assert [each for _, more in look_through(at=scene.now) for each in more if each.kind != "text_stuck"] == []
    assert done == HandedOver(done=30 - refused, later=refused)
    assert (refused == 0) == (days_ago == 0)
    assert len(many["accounts_audit"]) - len(without_the_press(many["accounts_audit"])) == 1
    many["accounts_audit"] = without_the_press(many["accounts_audit"])
    assert {name for name in single if single[name] != before[name]} >= {
        *("accounts_audit", "outreach_fact", "pathways_ownership", "pathways_pathway", "pathways_stagechange", "pathways_task"),
    }
    for name, rows in single.items():
        assert rows == many[name], name


def test_each_of_them_is_undone_by_itself() -> None:
    """Where a step finds something owed that was ticked off, or a fact that had been left behind, it says so again: an undo, too."""
    scene = Many()
    everybody = scene.everybody()
    odd = [scene.relied_on(), scene.ticked_off(), scene.ending()]
    usual = [case for case in everybody if case.pk not in scene.said_again]
    before = digest()
    scene.many(usual)
    for change in StageChange.objects.filter(step="hand_over").order_by("-pathway__uuid"):
        undo_step(change=change, by=scene.lead_by, at=scene.now)
    assert (len(usual), StageChange.objects.filter(step="undo").count()) == (27, 27)
    assert unlike(before, digest()) == []
    scene.many(odd)
    for change in StageChange.objects.filter(step="hand_over", pathway__in=odd):
        undo_step(change=change, by=scene.lead_by, at=scene.now)
    assert [Pathway.objects.get(pk=case.pk).owner for case in everybody + odd if case.owner_id] == [scene.worker] * 32


def test_one_undone_leaves_the_others_where_they_went() -> None:
    scene = Many()
    three = [scene.open() for _ in range(3)]
    scene.many(three)
    undo_step(change=StageChange.objects.get(step="hand_over", pathway=three[1]), by=scene.lead_by, at=scene.now)
    assert [Pathway.objects.get(pk=case.pk).owner for case in three] == [scene.to, scene.worker, scene.to]


def test_it_takes_as_many_statements_whatever_their_number() -> None:
    scene = Many()
    told = {"taken": Taken(reason="balance", happened_on=scene.today - timedelta(days=1))}
    counts = []
    for more in (1, 3, 20):
        chosen = [*[scene.finishing() for _ in range(min(more, 3))], *[scene.open() for _ in range(more)]]
        with CaptureQueriesContext(connection) as asked:
            done = scene.many(chosen, **told)
        assert done.done == len(chosen)
        counts.append(len(asked))
    assert counts == [counts[0]] * 3
    assert counts[0] <= 22


def test_the_stage_that_a_register_told_holds_in_other_hands() -> None:
    scene = Many()
    first, second = scene.imported(), scene.imported()
    scene.many([Pathway.objects.get(pk=first.pk)])
    scene.single(Pathway.objects.get(pk=second.pk))
    assert [Pathway.objects.get(pk=case.pk).stage for case in (first, second)] == ["in_training"] * 2


def test_no_hand_over_opens_closes_or_tells_anything() -> None:
    """Were one to be named there, hand_over_many would have to do what it says."""
    assert ("pathway", "hand_over") not in OWED
    assert ("pathway", "hand_over") not in TELLINGS


def test_who_was_changed_meanwhile_is_left_out_and_the_rest_goes() -> None:
    scene = Many()
    changed, closed, theirs, free = scene.open(), scene.open(), scene.open(), scene.open()
    scene.single(theirs)
    theirs.refresh_from_db()
    cases.mark_ready(case=Pathway.objects.get(pk=changed.pk), by=scene.by, at=scene.now, taken=Taken(reason="has_experience"))
    cases.withdraw(case=Pathway.objects.get(pk=closed.pk), by=scene.by, at=scene.now)
    rows = StageChange.objects.count()
    assert scene.many([changed, closed, theirs, free]) == HandedOver(done=1, changed=2, theirs=1)
    assert StageChange.objects.count() == rows + 1
    assert Pathway.objects.get(pk=changed.pk).owner == scene.worker
    assert list(Ownership.objects.filter(pathway=free).order_by("id").values_list("user", "to_on")) == [
        (scene.worker.pk, scene.today),
        (scene.to.pk, None),
    ]


def test_a_day_to_come_and_somebody_elses_people_are_refused_and_nothing_is_done() -> None:
    scene = Many()
    case = scene.open()
    other = partner(scene.programme, organisation("delivery"))
    stranger = user("outreach_worker", other, scene.programme)
    with pytest.raises(Refused, match="still to come"):
        scene.many([case], taken=Taken(happened_on=scene.today + timedelta(days=1)))
    with pytest.raises(NotYours):
        scene.many([scene.nobodys(), case], by=actor(stranger), to=stranger, organisation=Organisation.objects.get(pk=other.pk))
    assert not StageChange.objects.filter(step="hand_over").exists()


def test_each_seat_takes_over_what_it_holds() -> None:
    """A lead here who is a worker there: the log says by which right each went."""
    scene = Many()
    case, nobody = scene.open(), scene.nobodys()
    narrow = Actor(kind="lead", user_id=scene.lead.pk, organisation_id=scene.delivery.pk, programme_id=0)
    assert scene.many([case, nobody], by=narrow, seats=[narrow, scene.by]).done == 2
    assert set(StageChange.objects.filter(step="hand_over").values_list("actor_kind", "actor")) == {("worker", scene.worker.pk)}
