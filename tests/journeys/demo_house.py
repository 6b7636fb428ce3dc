"""The demo with what its first day has not brought yet: letters that were asked for, and registers at every point of their way."""

from datetime import datetime
from typing import Any

from django.db import connection

from accounts.models import Organisation, User
from accounts.services.mail import sweep as sweep_mail
from accounts.services.membership import invite
from accounts.services.password import send_reset
from candidates.models import Candidate
from ground.actor import Actor
from ground.clock import today_london
from pathways.models import (
    ImportRun,
    Interview,
    Introduction,
    Pathway,
    Placement,
    PreEmploymentCheck,
    RetentionCheck,
    Task,
    TrainingPlace,
)
from pathways.services.imports.deciding import approve_run
from pathways.services.imports.receive import receive_register
from pathways.services.imports.taking_back import undo_run
from pathways.services.imports.working import work_once
from pathways.services.support import add_support
from pathways.simulation.demo import SIGN_INS, load_demo
from pathways.simulation.register import register_sample
from pathways.simulation.world import World
from tests.journeys.reading import UNSPOKEN

ROLES = {role.lower().replace(" ", "_"): first for role, first in SIGN_INS}
ROWS: tuple[Any, ...] = (Interview, TrainingPlace, Introduction, Placement, PreEmploymentCheck, RetentionCheck, Task)
#: A register that can be opened and not read: it has no names.
NAMELESS = b"Ref,Postcode,EOI\nR1,B1 1AA,03/03/2026\nR2,B2 1AA,04/03/2026\n"
#: One that goes in whole and is taken back.
SMALL = b"Client name,Mob no,EOI\nTamsin Orde,07700 900971,03/03/2026\nUzma Pell,07700 900972,04/03/2026\n"


def quoted(kind: str, *, at: datetime) -> frozenset[str]:
    """What a page of that kind may say because the register says it: an import page shows the file as it was written."""
    file = register_sample(today=today_london(at)).decode("windows-1252")
    return frozenset(UNSPOKEN.findall(file)) if kind.startswith("import") else frozenset()


def rows_of(owner: User) -> dict[str, str]:
    """One row of each kind on somebody's desk, for the addresses that no link leads to."""
    case = Pathway.objects.filter(owner=owner, candidate__routes__ended_on__isnull=True, candidate__routes__isnull=False).latest("pk")
    mine = {model._meta.model_name or "": model.objects.filter(pathway__owner=owner).latest("pk") for model in ROWS}
    words = {"trainingplace": "training_place", "preemploymentcheck": "pre_employment_check", "retentioncheck": "retention_check"}
    found = {words.get(name, name): str(row.uuid) for name, row in mine.items()}
    route = case.candidate.routes.filter(ended_on__isnull=True).latest("pk")
    found["course"] = str(mine["trainingplace"].course.uuid)
    return {**found, "pathway": str(case.uuid), "person": str(case.candidate.uuid), "route": str(route.uuid)}


def furnish(*, at: datetime) -> dict[str, User | None]:
    """Load it all; who signs in for each role, and nobody."""
    world = load_demo(at=at)
    assert world is not None
    people = {role: world.users[first] for role, first in ROLES.items()}
    _letters(world, at)
    _registers(world, at)
    _helps(world, at)
    with connection.cursor() as cursor:  # autovacuum sees nothing of one long transaction, and may have counted these tables while empty
        cursor.execute("ANALYZE")
    return {"nobody": None, **people}


def _letters(world: World, at: datetime) -> None:
    ravi = Actor(kind="administrator", user_id=world.users["ravi"].pk, organisation_id=world.delivery[0].pk)
    invite(
        email="newcomer@example.org",
        name="Nell Newby",
        organisation=world.delivery[0],
        role="outreach_worker",
        programme=world.programme,
        by=ravi,
        at=at,
    )
    send_reset(email=world.users["joe"].email, at=at)
    assert sweep_mail(at=at, now=at)["accepted"] >= 2


def _helps(world: World, at: datetime) -> None:
    """Something helps everybody on the worker's desk, whoever of them a walk comes upon."""
    for person in Candidate.objects.filter(pathways__in=Pathway.objects.open().filter(owner=world.users["samina"])):
        add_support(candidate=person, helps="A hand-out in large print", by=world.worker_actors[0], at=at)


def _registers(world: World, at: datetime) -> None:
    """Refused, taken back, gone in, to be looked at, and one that nobody has read yet."""
    troubled = register_sample(today=today_london(at))
    lead = world.users["dilys"]
    by = Actor(kind="lead", user_id=lead.pk, organisation_id=world.delivery[0].pk)

    def send(name: str, content: bytes) -> ImportRun:
        return receive_register(
            chunks=[content],
            file_name=name,
            programme=world.programme,
            organisation=Organisation.objects.unscoped("the lead's own organisation").get(pk=world.delivery[0].pk),
            user=lead,
            by=by,
            at=at,
        )

    def worked(run: ImportRun) -> ImportRun:
        work_once(at=at, seconds=120)
        run.refresh_from_db()
        return run

    worked(send("no-names.csv", NAMELESS))
    back = worked(send("library-list.csv", SMALL))
    undo_run(run=worked(approve_run(run=back, by=by, at=at)), by=by, at=at)
    worked(send("to-look-at.csv", troubled))
    worked(approve_run(run=worked(send("northgate-october.csv", troubled)), by=by, at=at))
    send("just-arrived.csv", troubled)
