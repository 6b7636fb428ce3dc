"""Old work of the demo: what was owed long ago has been done or put off, so that every desk opens on these weeks."""

from datetime import datetime, timedelta

from django.db.models import Q

from accounts.choices import RuleCode
from accounts.models import ProgrammeRule
from ground.actor import SYSTEM, Actor
from ground.clock import today_london
from pathways.models import Pathway, Task
from pathways.models.task import TaskKind, TaskState
from pathways.queries.today import quiet
from pathways.services.contact import log_contact
from pathways.services.task import add_task, close_task, snooze_task
from pathways.simulation.days import moment, working
from pathways.simulation.world import World

#: Nothing stays overdue for longer: a team that meets each week would have seen it.
LONGEST = timedelta(weeks=4)
#: Done by a word with the person, usually within days.
DONE_BY_A_WORD = (TaskKind.KEEP_IN_TOUCH, TaskKind.TELL, TaskKind.LEAVING, TaskKind.ANY_WORK)
A_WORD = timedelta(days=10)
#: What still stands is put off to a day of these few weeks: from so many days before today, over so many days.
BEFORE, OVER = 9, 36
#: Nobody is left alone for longer: somebody rang, between so many days ago and so many more.
ALONE, RANG, RANG_OVER = timedelta(days=60), 8, 32


def settle_old_work(*, world: World, at: datetime) -> None:
    """Ring those whom nobody has spoken with, tick off or put off what is long overdue: each by its own worker, through the door."""
    workers = {actor.user_id: actor for actor in world.worker_actors}
    rung = _ring_the_quiet(world, workers, at=at)
    today = today_london(at)
    too_long = Q(due_on__lt=today - LONGEST) | Q(kind__in=DONE_BY_A_WORD, due_on__lt=today - A_WORD)
    rows = Task.objects.filter(too_long, pathway__programme=world.programme, state=TaskState.OPEN)
    for place, task in enumerate(rows.select_related("pathway").order_by("id")):
        by = workers.get(task.pathway.owner_id, SYSTEM)
        if task.kind in DONE_BY_A_WORD:
            close_task(task=task, by=by, at=moment(working(task.due_on + timedelta(days=1)), 16 * 60))
            continue
        until = working(today + timedelta(days=place * 7 % OVER - BEFORE))
        snooze_task(task=task, until=until, reason="waiting_for_others", by=by, at=moment(until - timedelta(days=14), 16 * 60))
    for place, case in enumerate(rung):
        if not Task.objects.filter(pathway=case, state=TaskState.OPEN).exists():
            due = working(today + timedelta(days=place * 5 % OVER - BEFORE))
            by = workers.get(case.owner_id, SYSTEM)
            add_task(pathway=case, words="Ask how things are", due_on=due, by=by, at=moment(due - timedelta(days=14), 16 * 60))


def _ring_the_quiet(world: World, workers: dict[int | None, Actor], *, at: datetime) -> list[Pathway]:
    today = today_london(at)
    owned = Pathway.objects.filter(programme=world.programme, owner__isnull=False)
    rules = ProgrammeRule.objects.standing([RuleCode.QUIET_DAYS], day=today)
    alone = quiet(owned, today, rules).filter(since__lt=today - ALONE).values("case")
    rung = list(Pathway.objects.filter(pk__in=alone).order_by("id"))
    for place, case in enumerate(rung):
        day = working(today - timedelta(days=RANG + place * 7 % RANG_OVER))
        log_contact(case=case, channel="call", outcome="spoke", by=workers[case.owner_id], at=moment(day, 15 * 60), minutes=5)
    return rung
