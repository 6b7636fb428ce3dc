"""The demo programme: about 900 people over 18 months, 305 of whom had an offer, and work of every kind today."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from django.conf import settings
from django.db import transaction

from accounts.models import Programme, User
from candidates.models import Candidate
from employers.models import CareerHeading, JobFamily
from employers.services.heading import let_go_stale
from ground.actor import SYSTEM
from ground.clock import today_london
from ground.door import Refused
from outreach.models import Event
from outreach.models.event import CODE_LASTS
from outreach.services.event import add_event, repeat_event, write_talks
from pathways.models import Attendance, Introduction, Pathway, TrainingPlace
from pathways.models.note import Visibility
from pathways.scope import TRAINER_SEES
from pathways.services.contact import add_note
from pathways.services.door import Taken
from pathways.services.interview import book_chat
from pathways.services.support import add_support
from pathways.simulation.bulk import load_in_bulk
from pathways.simulation.cast import ROLES, cast
from pathways.simulation.days import moment, working
from pathways.simulation.desks import settle_old_work
from pathways.simulation.doubles import meet_again, send_own_page, write_letter
from pathways.simulation.person import DRAMA_NUMBERS
from pathways.simulation.rates import Rates
from pathways.simulation.story import PersonStory, ProgrammeStory
from pathways.simulation.telling import count_places, simulate
from pathways.simulation.world import World, found_world
from pathways.workflow.introduction import IntroductionStage
from pathways.workflow.training_place import SEATED
from places.queries import wards_on
from places.services.invented import load_invented

CODE, NAME = "i-can", "I Can (demo)"
PEOPLE, OFFERED, MONTHS, SEED = 900, 305, 18, 2026
#: Lively: people come back, leave, move, and some never say when.
RATES = Rates(come_back=0.12, unknown_last_day=0.08, offer=0.80, chat=0.84)
STALL_CODE = "library"
#: Printed on the screen for anybody who starts the demo: it opens nothing else.
PASSWORD = "a stall in the rain"  # noqa: S105 -- the demo's, and printed
#: How often somebody on a course is there.
THERE = 0.92
#: Each finds work of their kind.
SIGN_INS = (
    ("Outreach worker", "samina"),
    ("Programme lead", "dilys"),
    ("Employer", "dawn"),
    ("Trainer", "maggie"),
    ("Administrator", "ravi"),
)


@dataclass(frozen=True)
class SignIn:
    """Who may be tried, and how they sign in."""

    role: str
    name: str
    email: str
    password: str


def demo_story(*, as_of: datetime) -> ProgrammeStory:
    """Drawn from a larger programme until the numbers are right; the cast of today comes last, with the newest phones."""
    drawn = simulate(seed=SEED, people=PEOPLE * 2, months=MONTHS, as_of=as_of, rates=RATES)
    actors = list(cast(drawn, first_number=PEOPLE - len(ROLES)))
    wanted = {True: OFFERED - sum(each.did("offer") for each in actors), False: 0}
    wanted[False] = PEOPLE - len(actors) - wanted[True]
    chosen: list[PersonStory] = []
    for person in drawn.people:
        offered = person.did("offer")
        if person.deeds and wanted[offered]:
            wanted[offered] -= 1
            chosen.append(person)
    drawn.people = [*(_placed(person, place) for place, person in enumerate(chosen)), *actors]
    today = today_london(as_of)
    for place, opening in enumerate(drawn.headings):
        opening.confirmed_on = today - timedelta(days=50 if place == 4 else 3 + place * 2)
    count_places(drawn)
    return drawn


def _placed(person: PersonStory, place: int) -> PersonStory:
    """A number of their own, so that only families share a phone; half of the first worker's people go to a colleague."""
    digits = f"{place % DRAMA_NUMBERS:03d}"
    shared = f"{place // 4 * 4 % DRAMA_NUMBERS:03d}"
    for route in person.routes:
        if route.kind == "mobile":
            route.value = f"+447700900{shared if route.safe.get('is_shared') else digits}"
        elif route.kind == "landline":
            route.value = f"+441214960{digits}"
    worker = person.worker if person.worker or place % 2 else 1 + place % 7
    return replace(person, number=place, worker=worker)


def load_demo(*, at: datetime) -> World | None:
    """Load the demo programme, in one transaction; None when it is there. Raises Refused when the database holds other people."""
    if not (settings.DEMO or settings.TESTING):
        raise Refused("Only a demo is loaded with invented people: set DEMO=1.")
    if Programme.objects.unscoped("the demo asks whether it is there").filter(code=CODE).exists():
        return None
    refuse_other_people()
    with transaction.atomic():
        load_invented()
        story = demo_story(as_of=at)
        world = found_world(story, code=CODE, name=NAME, at=at)
        for _, first in SIGN_INS:
            _let_in(world.users[first])
        load_in_bulk(story.people, world=world)
        settle_old_work(world=world, at=at)
        _other_openings(world, at=at)
        _chat_at_the_trust(world, at=at)
        _keep_registers(world, at=at)
        _stall_today(world, at=at)
        _outings_to_come(world, at=at)
        _what_helps(world, at=at)
        meet_again(world, at=at)
        write_letter(world, at=at)
        send_own_page(world, at=at)
    return world


def _what_helps(world: World, *, at: datetime) -> None:
    """Somebody on a course and somebody put forward need something arranged, and said who may know; a colleague's note of today."""
    samina, by = world.users["samina"], world.worker_actors[0]
    seat = TrainingPlace.objects.filter(stage__in=SEATED, pathway__owner=samina).order_by("-id").first()
    if seat is not None:
        words = "Hand-outs in large print, two days before"
        add_support(candidate=seat.pathway.candidate, helps=words, with_trainer=True, by=by, at=at)
    stands = {"consent__isnull": False, "consent__withdrawn_on__isnull": True, "consent__voided_at__isnull": True}
    sent = Introduction.objects.filter(pathway__owner=samina, heading__organisation=world.users["dawn"].memberships.get().organisation)
    row = sent.filter(stage__in=(IntroductionStage.SENT, IntroductionStage.OFFERED), **stands).order_by("-id").first()
    if row is not None:
        words = "A chair with arms, and breaks at fixed times"
        add_support(candidate=row.pathway.candidate, helps=words, share_with=[row], shared_how="phone", by=by, at=at)
    for case in Pathway.objects.open().filter(owner=samina).order_by("-id")[:3]:
        add_note(case=case, text="Likes early shifts. Ring after the school run.", visibility=Visibility.TEAM, by=by, at=at)


def _stall_today(world: World, *, at: datetime) -> None:
    """A stall that stands today, with a code for the public form: /interest/library/. Who writes there comes to its one colleague."""
    day = today_london(at)
    event = Event.objects.create(
        organisation=world.delivery[0],
        programme=world.programme,
        name="Library open day",
        venue="Northfield library",
        ward_code=_ward("Northfield", day),
        day=day,
        starts_at=time(14),
        ends_at=time(16),
        code=STALL_CODE,
        created_at=at,
    )
    event.staff.add(world.workers[0])


def _ward(name: str, day: date) -> str:
    return wards_on(day).filter(name=name).values_list("code", flat=True).first() or ""


def refuse_other_people() -> None:
    """Invented people are never mixed with others."""
    if Candidate.objects.exists() or User.objects.unscoped("the demo asks whether anybody is there").exists():
        raise Refused("This database holds other people: a demo needs one of its own.")


def _let_in(user: User) -> None:
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])


def _other_openings(world: World, *, at: datetime) -> None:
    """One that nobody confirmed, a draft, and one that was filled in the spring."""
    let_go_stale(heading=world.headings[4], by=SYSTEM, at=at)
    today = today_london(at)
    said = {
        "organisation": world.employers[0],
        "programme": world.programme,
        "pay": Decimal("12.92"),
        "pay_grade": "legal",
        "hours_a_week": Decimal("30"),
        "posted_by_id": world.employer_actors[0].user_id,
    }
    facilities = JobFamily.objects.get(code="facilities")
    CareerHeading.objects.create(
        **said, family=facilities, title="Linen room assistant", site="Heartgate Hospital", stage="draft", places=2
    )
    CareerHeading.objects.create(
        **said,
        family=facilities,
        title="Catering assistant",
        site="Queen Square Hospital",
        stage="filled",
        places=3,
        posted_on=today - timedelta(days=240),
        confirmed_on=today - timedelta(days=178),
        ended_on=today - timedelta(days=170),
    )


def _chat_at_the_trust(world: World, *, at: datetime) -> None:
    """Somebody ready would like to hear from the trust itself what work is like there; agreed too long ago for an e-mail to tell of it."""
    case = Pathway.objects.get(
        programme=world.programme, owner=world.workers[0], candidate__first_name="Gita", candidate__last_name="Kapadia"
    )
    today = today_london(at)
    book_chat(
        case=case,
        when=moment(working(today + timedelta(days=2)), 11 * 60),
        place="Queen Square Hospital, main desk",
        host=None,
        employer=world.employers[0],
        consent_how="in_person",
        by=world.worker_actors[0],
        at=at,
        taken=Taken(happened_on=today - timedelta(days=8)),
    )


def _keep_registers(world: World, *, at: datetime) -> None:
    """Registers of the courses that the trainer still sees, up to yesterday: most people are there on most days, and on their first."""
    rng, today = Random(SEED), today_london(at)
    seats = TrainingPlace.objects.filter(course__in=world.courses, course__ends_on__gte=today - TRAINER_SEES, begun_on__isnull=False)
    marks = []
    for seat in seats.select_related("course").order_by("id"):
        last = min(today - timedelta(days=1), seat.course.ends_on, seat.over_on or today)
        days = (seat.begun_on + timedelta(days=each) for each in range((last - seat.begun_on).days + 1))
        for day in (each for each in days if each == working(each)):
            there = day == seat.begun_on or rng.random() < THERE
            marks.append(Attendance(place=seat, day=day, present=there, marked_by_id=world.trainer.user_id, marked_at=moment(day, 16 * 60)))
    Attendance.objects.bulk_create(marks)


def _outings_to_come(world: World, *, at: datetime) -> None:
    """A stall of each delivery partner on the next working day, today if it is one, and a week on; talks are counted."""
    day = working(today_london(at))
    said = {
        "name": "Library drop-in",
        "venue": "Ladywood library",
        "ward_code": _ward("Ladywood", day),
        "day": day,
        "code_ends_on": day + CODE_LASTS,
    }
    hours = {"starts_at": time(10), "ends_at": time(13)}
    for place, partner in enumerate(world.delivery):
        worker, by = world.workers[place], world.worker_actors[place]
        event = add_event(programme=world.programme, organisation=partner, said={**said, **hours}, staff=[worker], by=by, at=at)
        if day == today_london(at):
            write_talks(event=event, talks=4 + place, was=0, by=by, at=at)
        repeat_event(event=event, by=by, at=at)


def sign_ins() -> list[SignIn]:
    """Who may be tried, in the order in which a newcomer would."""
    found = []
    for role, first in SIGN_INS:
        user = User.objects.unscoped("the demo prints its sign-ins").filter(email=f"{first}@{CODE}.example.org").first()
        if user is not None:
            opens = "a code by e-mail: read it at /demo/mailbox/" if role == "Employer" else PASSWORD
            found.append(SignIn(role, user.name, user.email, opens))
    return found
