"""What is measured: lists, a person's page, a step, a file. The import of a register is in bench/imports.py."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from django.db import connection, transaction
from django.test import Client

from accounts.middleware import SIGN_IN
from accounts.models import SignIn, User
from bench.pairs import Measured, pair
from ground.clock import read_clock, real_now, today_london
from pathways.models import Interview, Pathway
from pathways.services.interview import book_chat, move_chat
from pathways.simulation.bulk import load_in_bulk
from pathways.simulation.telling import simulate
from pathways.simulation.world import World, found_world

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def laid_out(size: int) -> World:
    """A programme of this many people, written in bulk with log, tasks, texts and audit."""
    at = read_clock()
    told = simulate(seed=7, people=size, months=24, as_of=at)
    world = found_world(told, code=f"bench{size}", name=f"Bench {size}", at=at, suffix=f" {size}")
    load_in_bulk(told.people, world=world)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return world


def browser(user: User) -> Client:
    """Signed in with a second factor, as the pages see it."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    now = real_now()
    begun = SignIn.objects.create(user=user, proof=SignIn.Proof.SECOND_FACTOR, proved_at=now, seen_at=now, created_at=now)
    session = client.session
    session[SIGN_IN] = str(begun.uuid)
    session.save()
    return client


def fetch(client: Client, address: str) -> bytes:
    """A page as it comes; anything but 200 is no measurement."""
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")
    return answer.getvalue()


def pages(world: World, size: int) -> Iterator[Measured]:
    """Lists and a person's page, as a lead who may see all and as a worker."""
    case = Pathway.objects.open().filter(programme=world.programme, owner=world.workers[0]).order_by("-version", "id").first()
    if case is None:
        raise RuntimeError("Nobody is open: the simulator made no case to look at.")
    for who, user in (("lead", lead_of(world)), ("worker", world.workers[0])):
        at = partial(fetch, browser(user))
        bare = partial(at, "/floor/list/")
        scope = "?whose=all" if who == "lead" else ""
        yield pair("list.caseload", size=size, who=who, goal=2, ours=partial(at, f"/caseload/{scope}"), floor=bare)
        yield pair("list.today", size=size, who=who, goal=2, ours=partial(at, "/today/"), floor=bare)
        person, detail = f"/people/{case.candidate.uuid}/", f"/floor/detail/{case.pk}/"
        yield pair("page.person", size=size, who=who, goal=3, ours=partial(at, person), floor=partial(at, detail))


def lead_of(world: World) -> User:
    """The programme's lead."""
    return next(user for user in world.users.values() if user.memberships.filter(role="programme_lead").exists())


def steps(world: World, size: int) -> Iterator[Measured]:
    """A step through the door, beside the same row's statements, raw, on one connection. Both are rolled back each time."""
    at = read_clock()
    by = world.worker_actors[0]
    case = Pathway.objects.open().filter(programme=world.programme, owner=world.workers[0]).order_by("id").first()
    if case is None:
        raise RuntimeError("Nobody is open: there is no step to take.")
    chat = book_chat(case=case, when=at + timedelta(days=3), place="Library", host=None, by=by, at=at)

    def ours() -> None:
        with transaction.atomic():
            move_chat(chat=Interview.objects.get(pk=chat.pk), when=at + timedelta(days=4), place="Hub", host=None, by=by, at=at)
            transaction.set_rollback(True)

    def floor() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT id FROM pathways_pathway WHERE id = %s FOR NO KEY UPDATE", [case.pk])
            cursor.execute("SELECT * FROM pathways_interview WHERE id = %s FOR NO KEY UPDATE", [chat.pk])
            cursor.execute("UPDATE pathways_interview SET place = 'Hub', version = version + 1 WHERE id = %s", [chat.pk])
            cursor.execute(
                "INSERT INTO pathways_stagechange (uuid, reporting_id, machine, subject_id, pathway_id, step, from_stage, to_stage,"
                " actor_kind, said_by, said_how, happened_on, happened_quality, recorded_at, reason, before)"
                " VALUES (gen_random_uuid(), gen_random_uuid(), 'interview', %s, %s, 'move', 'booked', 'booked',"
                " 'worker', '', '', %s, 'exact', %s, '', '{}')",
                [chat.pk, case.pk, today_london(at), at],
            )
            cursor.execute("UPDATE pathways_pathway SET next_due_on = next_due_on WHERE id = %s", [case.pk])
            transaction.set_rollback(True)

    yield pair("step", size=size, who="worker", goal=6, ours=ours, floor=floor, times=20)


def files(world: World, size: int) -> Iterator[Measured]:
    """The caseload as a file, beside rows from the database straight into a csv writer."""
    lead = lead_of(world)
    client = browser(lead)

    def floor() -> None:
        writer = csv.writer(io.StringIO())
        rows = Pathway.objects.open().filter(programme=world.programme)
        for row in rows.values_list("candidate__first_name", "candidate__last_name", "stage", "next_due_on", "last_two_way_on").iterator():
            writer.writerow(row)

    yield pair("export.csv", size=size, who="lead", goal=5, ours=lambda: fetch(client, "/caseload.csv?whose=all"), floor=floor, times=1)
