"""Merges, their endings and steps at the same moment, each on a connection of its own: one winner, no deadlock, nothing torn."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from candidates.models import Candidate, Merge
from ground.door import Conflict, NotYours, Refused
from pathways.models import Interview, Pathway
from pathways.queries.integrity import look_through
from pathways.services import case as cases
from pathways.services import interview
from pathways.services.merging import merge, unmerge
from pathways.services.own_acts import stop_contact
from tests.factories import actor
from tests.pathways.scenes import Scene
from tests.pathways.test_races import deadlocks
from tests.pathways.walk import broken

__all__ = ["deadlocks"]

pytestmark = pytest.mark.django_db(transaction=True)

#: How many races of each kind.
RACES = 12


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Each at the same moment in a thread and a connection of its own: what it answered."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        try:
            barrier.wait(timeout=30)
            act()
        except Conflict as no:
            return f"conflict: {no.sentence}"
        except (Refused, NotYours) as no:
            return f"{type(no).__name__}: {no.sentence}"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


class Races(Scene):
    """People who are the same one, and a lead at several keyboards."""

    def __init__(self) -> None:
        super().__init__()
        self.leading = actor(self.lead)

    def some(self, number: int) -> list[Pathway]:
        return [self.open() for _ in range(number)]

    def merging(self, kept: Pathway, absorbed: Pathway) -> Callable[[], object]:
        def act() -> object:
            one, other = (Candidate.objects.get(pk=case.candidate_id) for case in (kept, absorbed))
            return merge(kept=one, absorbed=other, by=self.leading, at=self.now)

        return act

    def merged(self, kept: Pathway, absorbed: Pathway) -> Merge:
        row = self.merging(kept, absorbed)()
        assert isinstance(row, Merge)
        return row

    def telling_apart(self, row: Merge) -> Callable[[], object]:
        return lambda: unmerge(merge=Merge.objects.get(pk=row.pk), by=self.leading, at=self.now + timedelta(minutes=1))

    def sound(self) -> None:
        keys = set(Pathway.objects.values_list("person_key", flat=True))
        assert [words for key in keys for words in broken(key)] == []
        assert [each.words for _, found in look_through(at=self.now) for each in found] == []


def one_winner(heard: list[str]) -> None:
    assert sorted(each.partition(":")[0] for each in heard) == ["conflict", *["done"] * (len(heard) - 1)], heard


def test_of_two_who_merge_the_same_two_in_opposite_directions_one_wins(deadlocks: Callable[[], list[str]]) -> None:
    races = Races()
    for _ in range(RACES):
        one, other = races.some(2)
        one_winner(at_once(races.merging(one, other), races.merging(other, one)))
        assert Merge.objects.filter(kept__in=[one.candidate, other.candidate], ended_at__isnull=True).count() == 1
    assert deadlocks() == []
    races.sound()


def test_of_two_merges_that_share_a_person_one_wins_and_no_tree_is_torn(deadlocks: Callable[[], list[str]]) -> None:
    races = Races()
    heard: Counter[str] = Counter()
    for turn in range(RACES):
        one, other, third = races.some(3)
        second = races.merging(other, third) if turn % 2 else races.merging(third, one)
        answers = at_once(races.merging(one, other), second)
        heard.update(each.partition(":")[0] for each in answers)
        assert "done" in answers
    assert set(heard) <= {"done", "conflict"}
    assert deadlocks() == []
    races.sound()


def test_of_two_who_tell_the_same_two_apart_one_wins(deadlocks: Callable[[], list[str]]) -> None:
    races = Races()
    for _ in range(RACES):
        row = races.merged(*races.some(2))
        one_winner(at_once(races.telling_apart(row), races.telling_apart(row)))
    assert deadlocks() == []
    races.sound()


def test_a_step_on_the_case_that_is_taken_in_comes_before_the_merge_or_is_told_no(deadlocks: Callable[[], list[str]]) -> None:
    races = Races()
    heard: Counter[str] = Counter()
    for _ in range(RACES):
        one, other = races.some(2)

        def withdraw(pk: int = other.pk) -> object:
            return cases.withdraw(case=Pathway.objects.get(pk=pk), by=races.by, at=races.now)

        answers = at_once(races.merging(one, other), withdraw)
        assert answers[0] == "done"
        other.refresh_from_db()
        assert (answers[1], other.stage) in {("done", "withdrawn"), (answers[1], "merged")}
        assert answers[1].startswith(("done", "conflict"))
        assert (answers[1] == "done") == (other.stage == "withdrawn")
        heard[answers[1].partition(":")[0]] += 1
    assert deadlocks() == []
    races.sound()


def test_steps_on_rows_of_both_and_on_the_case_that_goes_on_wait_for_each_other(deadlocks: Callable[[], list[str]]) -> None:
    races = Races()
    for turn in range(RACES):
        one, other = races.some(2)
        chats = [
            interview.book_chat(case=case, when=races.now + timedelta(days=2), place="Hub", host=None, by=races.by, at=races.now)
            for case in (one, other)
        ]
        pair = (one, other) if turn % 2 else (other, one)

        def hold(pk: int) -> Callable[[], object]:
            def act() -> object:
                chat = Interview.objects.get(pk=pk)
                return interview.hold_chat(case=chat.pathway, chat=chat, by=races.by, at=races.now)

            return act

        def cancel(pk: int) -> Callable[[], object]:
            return lambda: interview.cancel_chat(chat=Interview.objects.get(pk=pk), by=races.by, at=races.now)

        first = at_once(races.merging(*pair), hold(chats[0].pk), cancel(chats[1].pk))
        assert first[0] == "done"
        assert {each.partition(":")[0] for each in first} <= {"done", "conflict"}
        goes_on = Pathway.objects.open().get(candidate__in=[one.candidate, other.candidate])
        more = [
            interview.book_chat(case=goes_on, when=races.now + timedelta(days=2), place="Hub", host=None, by=races.by, at=races.now)
            for _ in range(2)
        ]

        def close(pk: int = goes_on.pk) -> object:
            return cases.withdraw(case=Pathway.objects.get(pk=pk), by=races.by, at=races.now)

        second = at_once(close, hold(more[0].pk), cancel(more[1].pk))
        assert {each.partition(":")[0] for each in second} <= {"done", "conflict"}
        assert second[0] == "done"
    assert deadlocks() == []
    races.sound()


def test_one_more_case_opened_while_two_are_merged_is_the_persons(deadlocks: Callable[[], list[str]]) -> None:
    races = Races()
    for _ in range(RACES):
        one, other = races.some(2)
        cases.withdraw(case=other, by=races.by, at=races.now)

        def again(pk: int = other.pk) -> object:
            return cases.start_again(previous=Pathway.objects.get(pk=pk), owner=races.worker, by=races.by, at=races.now)

        answers = at_once(races.merging(one, other), again)
        assert answers[0] == "done"
        assert answers[1].startswith(("done", "conflict"))
        assert Pathway.objects.filter(candidate__in=[one.candidate, other.candidate]).values("person_key").distinct().count() == 1
    assert deadlocks() == []
    races.sound()


def test_a_death_written_down_while_two_are_merged_is_the_persons(deadlocks: Callable[[], list[str]]) -> None:
    scene = Races()
    for _ in range(RACES):
        one, two = scene.some(2)
        heard = at_once(
            scene.merging(one, two),
            lambda pk=two.candidate_id: cases.record_death(  # type: ignore[misc]
                candidate=Candidate.objects.get(pk=pk), died_on=scene.today - timedelta(days=1), by=scene.by, at=scene.now
            ),
        )
        assert "done" in heard, heard
    assert deadlocks() == []
    scene.sound()


def test_stop_contacting_me_and_a_merge_at_the_same_moment_wait_for_each_other(deadlocks: Callable[[], list[str]]) -> None:
    scene = Races()
    for _ in range(RACES):
        one, two = scene.some(2)
        heard = at_once(
            scene.merging(one, two),
            lambda pk=two.pk: stop_contact(  # type: ignore[misc]
                person=Candidate.objects.get(pathways=pk), cases=[Pathway.objects.get(pk=pk)], by=scene.by, at=scene.now
            ),
        )
        assert "done" in heard, heard
    assert deadlocks() == []
    scene.sound()
