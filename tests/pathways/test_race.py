"""Several at once through the real web server: exactly one wins, the others get a plain conflict, nothing is written twice."""

import secrets
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction

from ground.clock import real_now, today_london
from ground.models import OnceToken
from pathways.models import Course, Pathway, StageChange, Task, TrainingPlace
from pathways.queries.integrity import look_through
from tests.factories import World, person
from tests.fixtures.server import Server
from tests.pathways.racing import Answer, Person, at_once, overlapped

RACES = 200
#: Two whom a busy machine kept apart were no race: another pair runs in their place.
SPARE = 20


@transaction.atomic
def seats(world: World, number: int) -> list[TrainingPlace]:
    """So many people, each with a seat booked yesterday: rows and their log as the door leaves them, made in bulk."""
    now = real_now()
    yesterday = today_london(now) - timedelta(days=1)
    course = Course.objects.create(organisation=world.delivery, programme=world.programme, name="Into health", starts_on=yesterday)
    people = [person(world.delivery, phone=None) for _ in range(number)]
    cases = Pathway.objects.bulk_create(
        Pathway(
            candidate=who,
            person_key=who.uuid,
            programme=world.programme,
            organisation=world.delivery,
            owner=world.worker,
            stage="training_booked",
            opened_on=yesterday,
            interested_on=yesterday,
            stage_since=yesterday,
        )
        for who in people
    )
    booked = TrainingPlace.objects.bulk_create(TrainingPlace(pathway=case, course=course, stage="booked") for case in cases)
    StageChange.objects.bulk_create(
        [logged(case, "pathway", case.pk, "express_interest", "new", "training_booked", yesterday, now) for case in cases]
        + [logged(seat.pathway, "training_place", seat.pk, "book", "new", "booked", yesterday, now) for seat in booked]
    )
    Task.objects.bulk_create(
        Task(pathway=seat.pathway, kind="start_course", subject=f"training_place:{seat.pk}", due_on=yesterday) for seat in booked
    )
    return booked


def logged(case: Pathway, machine: str, pk: int, step: str, begins: str, ends: str, day: date, at: datetime) -> StageChange:
    return StageChange(
        machine=machine,
        subject_id=pk,
        pathway=case,
        step=step,
        from_stage=begins,
        to_stage=ends,
        actor_kind="worker",
        happened_on=day,
        recorded_at=at,
    )


def start(seat: TrainingPlace) -> str:
    return f"/training-places/{seat.uuid}/steps/start/"


def steps_of(booked: list[TrainingPlace]) -> Counter[str]:
    """How often each step stands in the log of these people, and how many seats have begun."""
    cases = {seat.pathway_id for seat in booked}
    steps = StageChange.objects.filter(pathway__in=cases).values_list("machine", "step", "to_stage")
    return Counter(f"{machine}.{step} -> {to}" for machine, step, to in steps)


def is_conflict(answer: Answer) -> bool:
    return answer.status == 409 and ("is no longer open" in answer.body or "This was changed while you had it open" in answer.body)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_one_step_at_once_one_wins_every_time(serve) -> None:
    server: Server = serve(workers=4)
    world = World()
    booked = seats(world, RACES + SPARE)
    first, second = Person(world.worker), Person(world.lead)
    statuses: Counter[tuple[int, ...]] = Counter()
    together = conflicts = raced = 0
    for seat in booked:
        if together == RACES:
            break
        raced += 1
        answers = at_once(server, [who.post(start(seat), version=seat.version) for who in (first, second)])
        statuses[tuple(sorted(each.status for each in answers))] += 1
        conflicts += sum(is_conflict(each) for each in answers)
        together += overlapped(answers)
    assert statuses == {(302, 409): raced}
    assert conflicts == raced
    assert together == RACES
    assert steps_of(booked[:raced]) == {
        "pathway.express_interest -> training_booked": raced,
        "training_place.book -> booked": raced,
        "training_place.start -> in_training": raced,
        "pathway.follow -> in_training": raced,
    }
    left = len(booked) - raced
    assert Counter(TrainingPlace.objects.values_list("stage", "version")) == Counter({("in_training", 2): raced, ("booked", 1): left})
    assert Task.objects.filter(state="open").count() == left
    assert [each for _, found in look_through(at=real_now()) for each in found] == []


@pytest.mark.django_db(transaction=True)
def test_of_ten_at_once_one_wins(serve) -> None:
    server: Server = serve(workers=4)
    world = World()
    booked = seats(world, 5)
    racers = [Person(world.worker) for _ in range(5)] + [Person(world.lead) for _ in range(5)]
    for seat in booked:
        answers = at_once(server, [who.post(start(seat), version=seat.version) for who in racers])
        assert Counter(each.status for each in answers) == {302: 1, 409: 9}
        assert sum(is_conflict(each) for each in answers) == 9
    assert steps_of(booked)["training_place.start -> in_training"] == 5


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_twice_at_once_is_taken_once_and_answered_alike(serve) -> None:
    server: Server = serve(workers=4)
    world = World()
    booked = seats(world, 20)
    who = Person(world.worker)
    for seat in booked:
        stamp = secrets.token_urlsafe(16)
        form = who.post(start(seat), once=stamp, version=seat.version)
        answers = at_once(server, [form, form])
        won = [each for each in answers if each.status == 302]
        waits = [each for each in answers if each.status == 409]
        assert len(won) >= 1
        assert len(won) + len(waits) == 2
        assert [each.retry_after for each in waits] == ["5"] * len(waits)
        again = at_once(server, [form])[0]
        assert {(each.status, each.location) for each in (*won, again)} == {(302, f"/people/{seat.pathway.candidate.uuid}/")}
    assert steps_of(booked)["training_place.start -> in_training"] == 20
    assert OnceToken.objects.count() == 20


@pytest.mark.django_db(transaction=True)
def test_one_stamp_does_not_carry_other_words(serve) -> None:
    server: Server = serve(workers=4)
    world = World()
    (seat,) = seats(world, 1)
    who, stamp = Person(world.worker), secrets.token_urlsafe(16)
    day = today_london(real_now())
    assert at_once(server, [who.post(start(seat), once=stamp, version=1)])[0].status == 302
    other = at_once(server, [who.post(start(seat), once=stamp, version=1, happened_on=day.isoformat())])[0]
    assert other.status == 422
    assert steps_of([seat])["training_place.start -> in_training"] == 1
