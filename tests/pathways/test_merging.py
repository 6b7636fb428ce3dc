"""Two records become one person: who may say so, what is read together, what stands in the way, and what comes back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import ConflictBlock
from candidates.models import Merge
from ground.clock import today_london
from ground.door import Conflict, Refused
from outreach.models import Message
from pathways.models import Interview, Introduction, Pathway, Placement, StageChange, Task
from pathways.queries.company import going_on, records_of, root_of
from pathways.queries.facts import facts_of, facts_of_many
from pathways.queries.integrity import look_through
from pathways.queries.merging import why_not
from pathways.services import case as cases
from pathways.services import interview, introduction, placement, training
from pathways.services.contact import log_contact
from pathways.services.door import Taken
from pathways.services.merging import merge, unmerge
from pathways.services.undo import undo_step
from tests.pathways.scenes import OFFER, Scene
from tests.pathways.walk import broken

pytestmark = pytest.mark.django_db


class Two(Scene):
    """Two records of one person: one is put forward, the other has a chat booked and is interested."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = self.open(first="Amina", last="Yusuf", phone="+447700900123")
        self.behind = self.open(first="Aminah", last="Yussuf", phone="+447700900456")

    def book(self, case: Pathway) -> Interview:
        when = self.now + timedelta(days=3)
        return interview.book_chat(case=case, when=when, place="Library", host=None, by=self.by, at=self.now)

    def offered(self, case: Pathway, **more: object) -> Introduction:
        row = introduction.draft_introduction(case=case, heading=self.heading(**more), by=self.by, at=self.now)
        introduction.send_introduction(introduction=row, consent_how="phone", by=self.by, at=self.now)
        return introduction.offer_job(introduction=row, offer=OFFER, by=self.by, at=self.now)

    def merge(self, **more: object) -> Merge:
        told = {"kept": self.ahead.candidate, "absorbed": self.behind.candidate, "by": self.lead_by, "at": self.now, **more}
        row = merge(**told)
        self.ahead.refresh_from_db()
        self.behind.refresh_from_db()
        return row

    def apart(self, row: Merge) -> None:
        unmerge(merge=row, by=self.lead_by, at=self.now + timedelta(hours=1))
        self.ahead.refresh_from_db()
        self.behind.refresh_from_db()

    def sound(self) -> None:
        for case in (self.ahead, self.behind):
            assert broken(case.person_key) == []
        assert [each.words for _, found in look_through(at=self.now) for each in found] == []


# -- which case goes on ------------------------------------------------------------------------------------------------------------


def test_the_case_that_is_furthest_goes_on_and_the_other_is_read_with_it() -> None:
    scene = Two()
    scene.offered(scene.behind)
    scene.book(scene.ahead)
    scene.ahead.refresh_from_db()
    row = scene.merge()
    assert (scene.ahead.stage, scene.ahead.merged_into_id, scene.ahead.closed_on) == ("merged", scene.behind.pk, scene.today)
    assert (scene.behind.stage, scene.behind.read_with) == ("offered", [scene.ahead.pk])
    assert {scene.ahead.person_key, scene.behind.person_key} == {row.kept.uuid} == {scene.ahead.candidate.uuid}
    assert facts_of(scene.behind).chat_booked
    assert facts_of_many([scene.behind])[scene.behind.pk] == facts_of(scene.behind)
    step = StageChange.objects.get(step="merge")
    assert (step.pathway, step.actor, step.actor_kind, step.from_stage) == (scene.ahead, scene.lead, "lead", "chat_booked")
    scene.sound()


def test_of_two_equally_far_the_one_of_the_record_that_is_kept_goes_on() -> None:
    scene = Two()
    scene.merge()
    assert (scene.ahead.stage, scene.behind.stage) == ("interested", "merged")


def test_a_case_that_is_judged_with_another_may_move_on_and_stands_where_it_stood_when_they_are_two_again() -> None:
    """The chat is only of the one that was taken in; "left work" stands later than "in work", and a job is a job."""
    scene = Two()
    for case, days in ((scene.ahead, 9), (scene.behind, 5)):
        placement.record_own_job(
            case=case,
            employer_words="A bakery",
            job={"title": "Baker"},
            start_on=scene.today - timedelta(days=days),
            by=scene.by,
            at=scene.now,
        )
    lately = scene.today - timedelta(days=2)
    job = Placement.objects.get(pathway=scene.ahead)
    placement.leave_job(placement=job, last_day=lately, by=scene.by, at=scene.now, taken=Taken(happened_on=lately))
    scene.ahead.refresh_from_db()
    since = scene.ahead.stage_since
    assert since == lately
    row = scene.merge()
    assert (scene.ahead.stage, scene.behind.stage) == ("in_work", "merged")
    scene.sound()
    scene.apart(row)
    assert (scene.ahead.stage, scene.ahead.stage_since, scene.behind.stage) == ("left_work", since, "in_work")
    scene.sound()


def test_what_came_since_stays_where_it_was_written() -> None:
    scene = Two()
    chat = scene.book(scene.behind)
    scene.offered(scene.ahead)
    row = scene.merge()
    interview.hold_chat(case=scene.behind, chat=chat, by=scene.by, at=scene.now)
    scene.ahead.refresh_from_db()
    assert scene.ahead.stage == "offered"
    scene.apart(row)
    assert scene.behind.stage == "chatted"
    scene.sound()


def test_the_last_mark_of_the_set_says_whether_somebody_is_ready() -> None:
    scene = Two()
    reason = Taken(reason="has_experience")
    cases.mark_ready(case=scene.behind, by=scene.by, at=scene.now, taken=reason)
    row = scene.merge(kept=scene.behind.candidate, absorbed=scene.ahead.candidate)
    assert scene.behind.stage == "job_ready"
    scene.apart(row)
    cases.unmark_ready(case=scene.behind, by=scene.by, at=scene.now)
    cases.mark_ready(case=scene.ahead, by=scene.by, at=scene.now, taken=reason)
    scene.merge()
    with pytest.raises(Conflict):
        cases.mark_ready(case=scene.ahead, by=scene.by, at=scene.now, taken=reason)
    cases.unmark_ready(case=scene.ahead, by=scene.by, at=scene.now)
    scene.ahead.refresh_from_db()
    assert scene.ahead.stage == "interested"
    scene.sound()


def test_a_mark_on_the_case_that_was_taken_in_counts_until_it_is_taken_off_on_the_one_that_goes_on() -> None:
    scene = Two()
    cases.mark_ready(case=scene.behind, by=scene.by, at=scene.now, taken=Taken(reason="has_experience"))
    scene.offered(scene.ahead)
    scene.merge()
    assert (scene.ahead.ready_on, facts_of(scene.ahead).marked_ready) == (None, True)
    cases.unmark_ready(case=scene.ahead, by=scene.by, at=scene.now)
    assert not facts_of(scene.ahead).marked_ready
    undo_step(change=StageChange.objects.get(step="unmark_ready"), by=scene.lead_by, at=scene.now)
    assert facts_of(Pathway.objects.get(pk=scene.ahead.pk)).marked_ready


# -- what is done to the one reaches the other -------------------------------------------------------------------------------------


def test_closing_the_case_closes_what_is_live_in_both_and_undo_opens_just_that() -> None:
    scene = Two()
    chat = scene.book(scene.behind)
    scene.offered(scene.ahead)
    scene.merge()
    owed = set(Task.objects.filter(state="open").values_list("pk", flat=True))
    cases.withdraw(case=scene.ahead, by=scene.by, at=scene.now)
    chat.refresh_from_db()
    assert chat.stage == "cancelled"
    assert not Task.objects.filter(state="open").exists()
    assert Message.objects.filter(state="ready", written_for__in=StageChange.objects.values("uuid")).count() == 0
    scene.sound()
    undo_step(change=StageChange.objects.get(step="withdraw", machine="pathway"), by=scene.lead_by, at=scene.now)
    chat.refresh_from_db()
    assert chat.stage == "booked"
    assert set(Task.objects.filter(state="open").values_list("pk", flat=True)) == owed
    scene.ahead.refresh_from_db()
    assert scene.ahead.stage == "offered"
    scene.sound()


def test_a_closing_undone_after_they_are_two_again_opens_what_it_closed_on_each() -> None:
    scene = Two()
    chat = scene.book(scene.behind)
    scene.offered(scene.ahead)
    row = scene.merge()
    cases.withdraw(case=scene.ahead, by=scene.by, at=scene.now)
    scene.apart(row)
    assert (scene.ahead.stage, scene.behind.stage) == ("withdrawn", "interested")
    undo_step(change=StageChange.objects.get(step="withdraw", machine="pathway"), by=scene.lead_by, at=scene.now)
    scene.ahead.refresh_from_db()
    scene.behind.refresh_from_db()
    chat.refresh_from_db()
    assert (scene.ahead.stage, scene.behind.stage, chat.stage) == ("offered", "chat_booked", "booked")
    scene.sound()


def test_accepting_one_offer_closes_the_others_of_both() -> None:
    scene = Two()
    other = scene.offered(scene.behind, title="Porter")
    row = scene.offered(scene.ahead)
    scene.merge()
    introduction.accept_offer(introduction=row, by=scene.by, at=scene.now)
    other.refresh_from_db()
    scene.ahead.refresh_from_db()
    assert (other.stage, other.superseded_by_id, scene.ahead.stage) == ("superseded", row.pk, "pre_start")
    follows = StageChange.objects.filter(step="follow", pathway=scene.ahead).order_by("-id")
    assert [each.to_stage for each in follows][:1] == ["pre_start"]
    scene.sound()


def test_nobody_is_put_forward_twice_to_one_opening_by_two_records() -> None:
    scene = Two()
    row = scene.offered(scene.behind)
    scene.offered(scene.ahead, title="Porter")
    scene.merge()
    goes_on = going_on(scene.behind)
    with pytest.raises(Conflict, match="already been put forward"):
        introduction.draft_introduction(case=goes_on, heading=row.heading, by=scene.by, at=scene.now)


def test_a_talk_does_what_was_owed_on_either() -> None:
    scene = Two()
    scene.offered(scene.ahead)
    scene.merge()
    Task.objects.create(pathway=scene.behind, kind="call", subject="", due_on=scene.today)
    log_contact(case=scene.ahead, channel="call", outcome="spoke", by=scene.by, at=scene.now)
    assert not Task.objects.filter(kind="call", state="open").exists()


def test_what_is_owed_next_is_read_of_both_and_a_step_on_either_keeps_it_so() -> None:
    scene = Two()
    chat = scene.book(scene.behind)
    scene.offered(scene.ahead)
    Task.objects.filter(pathway=scene.ahead, kind="book_chat").update(state="done", closed_on=scene.today)
    row = scene.merge()
    interview.move_chat(chat=chat, when=scene.now + timedelta(hours=5), place="Hub", host=None, by=scene.by, at=scene.now)
    scene.ahead.refresh_from_db()
    assert (scene.ahead.next_kind, scene.ahead.next_due_on) == ("hold_chat", today_london(scene.now + timedelta(hours=5)))
    scene.apart(row)
    assert scene.ahead.next_kind == "accept"


def test_finishing_a_course_of_the_case_taken_in_marks_the_person_ready() -> None:
    scene = Two()
    place = training.book_seat(case=scene.behind, course=scene.course(), by=scene.by, at=scene.past)
    training.start_training(place=place, by=scene.by, at=scene.past)
    scene.behind.refresh_from_db()
    row = scene.merge()
    assert scene.behind.stage == "in_training"
    training.finish_training(place=place, by=scene.by, at=scene.now)
    scene.behind.refresh_from_db()
    assert (scene.behind.stage, scene.behind.read_with) == ("job_ready", [scene.ahead.pk])
    scene.apart(row)
    scene.sound()


def test_void_and_death_reach_everything_that_is_read_with_the_case() -> None:
    scene = Two()
    placement.record_own_job(
        case=scene.behind, employer_words="A bakery", job={"title": "Baker"}, start_on=scene.today, by=scene.by, at=scene.now
    )
    scene.offered(scene.ahead)
    row = scene.merge()
    cases.record_death(candidate=scene.ahead.candidate, died_on=scene.today, by=scene.by, at=scene.now)
    job = Placement.objects.get()
    assert (job.stage, job.leave_reason) == ("left", "death")
    scene.ahead.refresh_from_db()
    scene.behind.refresh_from_db()
    scene.behind.candidate.refresh_from_db()
    assert scene.behind.candidate.died_on == scene.today
    assert (scene.behind.stage, scene.behind.close_reason) == ("ended", "death")
    scene.sound()
    scene.apart(row)
    assert (scene.ahead.stage, scene.ahead.close_reason) == ("ended", "death")
    scene.sound()


def test_a_new_attempt_is_the_persons_whichever_record_it_is_opened_on() -> None:
    scene = Two()
    scene.merge()
    cases.withdraw(case=scene.ahead, by=scene.by, at=scene.now)
    again = cases.start_again(previous=scene.ahead, owner=scene.worker, by=scene.by, at=scene.now)
    assert (again.person_key, again.attempt) == (scene.ahead.person_key, 3)
    with pytest.raises(Conflict, match="already has an open case"):
        cases.reopen(case=scene.ahead, by=scene.by, at=scene.now)


# -- what stands in the way --------------------------------------------------------------------------------------------------------


def test_one_person_already() -> None:
    scene = Two()
    scene.merge()
    assert why_not(scene.behind.candidate, scene.ahead.candidate) == "These two are one person already."
    with pytest.raises(Conflict, match="one person already"):
        scene.merge(kept=scene.behind.candidate, absorbed=scene.ahead.candidate)


def test_different_deaths_are_different_people() -> None:
    scene = Two()
    cases.record_death(candidate=scene.ahead.candidate, died_on=scene.today, by=scene.by, at=scene.now)
    with pytest.raises(Refused, match="record it there first"):
        scene.merge()
    cases.record_death(candidate=scene.behind.candidate, died_on=scene.today - timedelta(days=1), by=scene.by, at=scene.now)
    with pytest.raises(Refused, match="are not made one"):
        scene.merge()
    assert not Merge.objects.exists()


def test_an_unmerge_that_would_leave_two_open_is_refused_and_changes_nothing() -> None:
    scene = Two()
    row = scene.merge()
    cases.withdraw(case=scene.ahead, by=scene.by, at=scene.now)
    again = cases.new_case(
        candidate=scene.behind.candidate, programme=scene.programme, organisation=scene.delivery, owner=scene.worker, opened_on=scene.today
    )
    cases.express_interest(case=again, by=scene.by, at=scene.now)
    with pytest.raises(Refused, match="two open cases of one record"):
        scene.apart(row)
    row.refresh_from_db()
    scene.behind.refresh_from_db()
    assert (row.ended_at, scene.behind.stage, scene.behind.person_key) == (None, "merged", scene.ahead.candidate.uuid)
    scene.sound()


def test_what_somebody_holds_who_must_not_see_the_other_is_handed_over_first() -> None:
    scene = Two()
    ConflictBlock.objects.create(user=scene.worker, person=scene.ahead.candidate.uuid, reason="x", from_on=scene.today)
    with pytest.raises(Refused, match="hand that over first"):
        scene.merge()


def test_the_steps_of_a_merge_are_not_undone_like_others() -> None:
    scene = Two()
    row = scene.merge()
    change = StageChange.objects.get(step="merge")
    with pytest.raises(Refused, match="told apart"):
        undo_step(change=change, by=scene.lead_by, at=scene.now)
    scene.apart(row)
    with pytest.raises(Conflict):
        unmerge(merge=row, by=scene.lead_by, at=scene.now)
    with pytest.raises(Refused, match="told apart"):
        undo_step(change=StageChange.objects.get(step="unmerge"), by=scene.lead_by, at=scene.now)


# -- trees -------------------------------------------------------------------------------------------------------------------------


def test_a_record_that_took_one_in_may_be_taken_in_itself() -> None:
    scene = Two()
    first = scene.merge()
    third = scene.offered(scene.open(first="Amina", last="Youssef")).pathway
    second = merge(kept=third.candidate, absorbed=scene.behind.candidate, by=scene.lead_by, at=scene.now)
    assert (second.kept, second.absorbed) == (third.candidate, scene.ahead.candidate)
    third.refresh_from_db()
    assert third.read_with == sorted([scene.ahead.pk, scene.behind.pk])
    assert root_of(scene.behind.candidate_id) == third.candidate_id
    assert set(records_of(scene.behind.candidate)) == {each.candidate_id for each in (scene.ahead, scene.behind, third)}
    scene.apart(first)
    third.refresh_from_db()
    assert (third.read_with, scene.behind.stage, scene.behind.person_key) == (
        [scene.ahead.pk],
        "interested",
        scene.behind.candidate.uuid,
    )
    scene.apart(second)
    assert (scene.ahead.stage, scene.ahead.person_key) == ("interested", scene.ahead.candidate.uuid)
    scene.sound()


def test_two_that_were_read_with_a_third_go_on_as_one_when_that_leaves() -> None:
    scene = Two()
    third = scene.offered(scene.open(first="Amina", last="Youssef")).pathway
    first = merge(kept=scene.ahead.candidate, absorbed=third.candidate, by=scene.lead_by, at=scene.now)
    scene.merge()
    scene.apart(first)
    third.refresh_from_db()
    assert (third.stage, third.read_with) == ("offered", [])
    assert (scene.ahead.stage, scene.behind.stage, scene.behind.merged_into_id) == ("interested", "merged", scene.ahead.pk)
    scene.sound()


# -- nobody who was never merged pays for it ---------------------------------------------------------------------------------------


def test_facts_of_somebody_who_was_never_merged_are_one_query_still() -> None:
    scene = Two()
    with CaptureQueriesContext(connection) as asked:
        facts_of(scene.ahead)
    assert len(asked) == 1
