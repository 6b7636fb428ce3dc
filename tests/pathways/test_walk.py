"""A blind walk: random actors try anything on a person's case, and the rules of the workflow hold after each step."""

import os
from datetime import datetime, timedelta

from django.db import connection
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from candidates.models import Merge
from ground.clock import today_london
from ground.door import Conflict, NotYours, Refused
from pathways.models import Pathway, RetentionCheck, StageChange
from pathways.queries.integrity import look_through
from pathways.services.interview import book_chat, cancel_chat
from pathways.services.merging import merge, unmerge
from pathways.services.retention import answer_check, due_checks, move_with_the_clock
from pathways.services.undo import undo_step
from tests.factories import AT, World, actor
from tests.pathways.walk import Walk, broken, fits, snapshot

#: Stages that some walk came to: the test says so when none came far.
FAR: set[str] = set()
#: When two were made one, in some walk.
MERGED: list[datetime] = []
NO = (Conflict, Refused, NotYours)
#: A longer walk for once: PATHWAYS_WALKS=300x60, and other paths than the usual with PATHWAYS_WALKS_SEED=1.
WALKS, STEPS = (int(part) for part in os.environ.get("PATHWAYS_WALKS", "30x30").split("x"))
SEED = int(os.environ.get("PATHWAYS_WALKS_SEED", "0"))


class RandomWalk(RuleBasedStateMachine):
    """One person, three actors, a clock that only goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.walk = Walk(self.world)
        self.at = AT
        self.case = self.world.case(interested=False)
        self.people = [self.case.candidate_id]
        self.actors = [actor(self.world.worker), actor(self.world.lead), actor(self.world.employer)]
        self.last: StageChange | None = None

    @initialize(far=st.integers(0, 6))
    def some_way(self, far: int) -> None:
        """5: six months in the job; 6: and confirmed."""
        self.walk.begin(self.case, far, self.at)
        if far >= 5:
            self._six_months(answered=far == 6)

    def _newest(self) -> StageChange:
        return StageChange.objects.filter(pathway__candidate__in=self.people).order_by("-id").first()

    def _attempt(self, what: object, row: object, by: object, *, again: bool) -> None:
        ids = list(Pathway.objects.filter(candidate__in=self.people).values_list("pk", flat=True))
        before, mark = snapshot(ids), self._newest().pk
        self.at += timedelta(minutes=7)
        try:
            what(row, by, self.at)
        except NO:
            return
        steps = StageChange.objects.filter(pathway__candidate__in=self.people, pk__gt=mark, cause__isnull=True).exclude(actor_kind="system")
        if again and steps.count() == 1 and len(ids) == Pathway.objects.filter(candidate__in=self.people).count():
            undo_step(change=steps.get(), by=self.actors[1], at=self.at)
            assert snapshot(ids) == before

    @rule(data=st.data(), who=st.integers(0, 2), again=st.booleans())
    def step_on_the_case(self, data: st.DataObject, who: int, again: bool) -> None:
        name = data.draw(st.sampled_from(sorted(self.walk.on_case())))
        case = Pathway.objects.filter(candidate__in=self.people).order_by("-id").first()
        self._attempt(self.walk.on_case()[name], case, self.actors[who], again=again)

    @rule(data=st.data(), who=st.integers(0, 2), again=st.booleans())
    def step_on_what_is_in_it(self, data: st.DataObject, who: int, again: bool) -> None:
        name = data.draw(st.sampled_from(sorted(self.walk.on_child())))
        model, what = self.walk.on_child()[name]
        rows = list(model.objects.filter(pathway__candidate__in=self.people).exclude(stage="void").order_by("id"))
        if rows:
            self._attempt(what, data.draw(st.sampled_from(rows)), self.actors[who], again=again)

    @rule(data=st.data(), again=st.sampled_from([False, False, False, True]))
    def a_step_that_the_chart_opens(self, data: st.DataObject, again: bool) -> None:
        """Or else a blind walk would seldom come as far as a job."""
        tries = self.walk.on_child()
        open_now = [
            (name, row)
            for name, (model, _) in sorted(tries.items())
            for row in model.objects.filter(pathway__candidate__in=self.people).order_by("id")[:6]
            if fits(name, row)
        ]
        if open_now:
            name, row = data.draw(st.sampled_from(open_now))
            self._attempt(tries[name][1], row, self.actors[1], again=again)

    @rule(data=st.data())
    def undo_anything(self, data: st.DataObject) -> None:
        changes = list(StageChange.objects.filter(pathway__candidate__in=self.people, cause__isnull=True).order_by("-id")[:12])
        self.at += timedelta(minutes=3)
        try:
            undo_step(change=data.draw(st.sampled_from(changes)), by=self.actors[1], at=self.at)
        except NO:
            return

    @rule(days=st.sampled_from([1, 6, 29, 92, 184]))
    def time_passes(self, days: int) -> None:
        self.at += timedelta(days=days)

    @rule()
    def the_night_comes(self) -> None:
        """Every check that is due is looked at; nothing may stand in the clock's way."""
        self.at += timedelta(minutes=7)
        for check in RetentionCheck.objects.filter(pk__in=due_checks(today=today_london(self.at))).order_by("due_on", "id"):
            move_with_the_clock(check=check, at=self.at)

    def _six_months(self, answered: bool) -> None:
        """A chat was called off, six months went by in the job, and somebody says whether they did."""
        by = self.actors[1]
        chat = book_chat(case=self.case, when=self.at + timedelta(days=2), place="Café", host=None, by=by, at=self.at)
        cancel_chat(chat=chat, by=by, at=self.at)
        check = RetentionCheck.objects.get(pathway__candidate__in=self.people, milestone="six_months")
        self.at = datetime.combine(check.due_on, self.at.timetz())
        self.the_night_comes()
        if answered:
            answer_check(check=check, in_post=True, known_on=check.due_on, grade="self", by=by, at=self.at)

    def teardown(self) -> None:
        """What the nightly look would say when the walk is over; nobody delivers texts in it."""
        assert [each.words for _, more in look_through(at=self.at) for each in more if each.kind != "text_stuck"] == []

    @invariant()
    def the_rules_hold(self) -> None:
        FAR.update(Pathway.objects.filter(candidate__in=self.people).values_list("stage", flat=True))
        for key in set(Pathway.objects.filter(candidate__in=self.people).values_list("person_key", flat=True)):
            assert broken(key) == []
        with connection.cursor() as cursor:  # what the database would say at commit
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


class WalkOfTwo(RandomWalk):
    """Two records in one programme: what is tried is tried on either, and now and then they are made one and told apart again."""

    def __init__(self) -> None:
        super().__init__()
        self.other = self.world.case(interested=False)
        self.people.append(self.other.candidate_id)

    def _merge(self) -> Merge | None:
        return Merge.objects.filter(absorbed__in=self.people, ended_at__isnull=True).first()

    @rule(data=st.data())
    def made_one(self, data: st.DataObject) -> None:
        kept, absorbed = data.draw(st.permutations([self.case, self.other]))
        self.at += timedelta(minutes=1)
        try:
            merge(kept=kept.candidate, absorbed=absorbed.candidate, by=self.actors[1], at=self.at)
        except NO:
            return
        MERGED.append(self.at)

    @rule()
    def told_apart(self) -> None:
        row = self._merge()
        self.at += timedelta(minutes=1)
        try:
            if row is not None:
                unmerge(merge=row, by=self.actors[1], at=self.at)
        except NO:
            return

    @rule(data=st.data(), who=st.integers(0, 1), again=st.booleans())
    def step_on_either_case(self, data: st.DataObject, who: int, again: bool) -> None:
        name = data.draw(st.sampled_from(sorted(self.walk.on_case())))
        cases = list(Pathway.objects.filter(candidate__in=self.people, merged_into__isnull=True).order_by("-id"))
        self._attempt(self.walk.on_case()[name], data.draw(st.sampled_from(cases)), self.actors[who], again=again)


class TestRandomWalk(TestCase):
    def walk(self, machine: type[RandomWalk], *, walks: int) -> None:
        run_state_machine_as_test(
            seed(SEED)(machine) if SEED else machine,
            settings=settings(
                max_examples=walks,
                stateful_step_count=STEPS,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                derandomize=not SEED,
                phases=(Phase.generate,),
            ),
        )

    def test_no_walk_of_two_who_may_be_one_breaks_the_rules(self) -> None:
        self.walk(WalkOfTwo, walks=max(WALKS // 2, 1))
        assert len(MERGED) >= WALKS // 3

    def test_no_walk_breaks_the_rules(self) -> None:
        self.walk(RandomWalk, walks=WALKS)
        assert {"interested", "offered", "pre_start", "in_work", "left_work", "sustained"} <= FAR
        assert {"withdrawn", "not_now", "ineligible", "void"} & FAR
