"""The people whom the demo's sign-ins find on their desks today: one for every kind of work."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ground.clock import add_months, today_london
from pathways.simulation.days import at_night, moment
from pathways.simulation.employment import due_days
from pathways.simulation.person import homes
from pathways.simulation.story import CourseStory, Deed, PersonStory, ProgrammeStory, Route

#: The trust whose sign-in the demo prints has the first openings.
TRUST = range(5)
OUTCOME = {"work_status": "not_working", "work_status_since": None, "in_the_way": "Bus times", "adjustments_wanted": False}


@dataclass(frozen=True)
class Role:
    """Somebody to be cast: a name, what brings them up today, and how they may be reached."""

    name: str
    tells: "Callable[[Actor], None]"
    reach: str = "mobile"


class Actor:
    """One of the cast: deeds are laid so many days before today."""

    def __init__(self, person: PersonStory, programme: ProgrammeStory) -> None:
        self.person, self.programme = person, programme
        self.today = today_london(programme.as_of)

    def do(self, verb: str, ago: int, time: int = 11 * 60, **how: Any) -> None:
        """Something done so many days ago."""
        self.person.deeds.append(Deed(moment(self.today - timedelta(days=ago), time), verb, how))

    def night(self, day: date, milestone: str) -> None:
        """The jobs of one night."""
        self.person.deeds.append(Deed(at_night(day), "clock", {"job": 0, "milestone": milestone}))

    def met(self, ago: int) -> None:
        """At a stall, and interested."""
        self.do("meet", ago, 600)
        self.do("interest", ago, 640, families=["healthcare"])
        self.do("answer_questions", ago, 660)

    def chatted(self, ago: int) -> None:
        """Met a week before, and had the chat."""
        self.met(ago + 7)
        self.do("book_chat", ago + 4, on=self.today - timedelta(days=ago), minutes=660, place="at the library café")
        self.do("hold_chat", ago, 12 * 60, families=["healthcare", "facilities"], outcome=OUTCOME)

    def ready(self, ago: int) -> None:
        """Ready without a course."""
        self.chatted(ago + 5)
        self.do("mark_ready", ago, reason="has_experience")

    def put_forward(self, ago: int, opening: int = 0) -> None:
        """Sent to the trust."""
        self.ready(ago + 3)
        self.do("draft", ago + 1, introduction=0, heading=TRUST[opening])
        self.do("send", ago, introduction=0, consent_how="in_person")

    def offered(self, ago: int, opening: int = 0) -> None:
        """The trust offers the job."""
        self.put_forward(ago + 9, opening)
        self.do("consider", ago + 6, introduction=0)
        self.do("offer", ago, introduction=0)

    def accepted(self, ago: int, *, since_offer: int, opening: int = 0) -> None:
        """They said yes, and the checks began."""
        self.offered(since_offer, opening)
        self.do("accept", ago, introduction=0)
        for kind in ("identity", "right_to_work", "history", "criminal_record"):
            self.do("check", max(ago - 2, 0), 12 * 60, job=0, kind=kind, step="ask")
        if ago > 8:
            self.do("check", ago - 8, job=0, kind="identity", step="clear")
            self.do("check", ago - 8, job=0, kind="registration", step="not_require")

    def started(self, first_day: date, opening: int = 0) -> None:
        """In work since that day, and every check before today's was answered."""
        ago = (self.today - first_day).days
        self.accepted(ago + 30, since_offer=ago + 33, opening=opening)
        for kind in ("right_to_work", "history", "criminal_record"):
            self.do("check", ago + 8, job=0, kind=kind, step="clear")
        self.do("check", ago + 8, job=0, kind="work_health", step="not_require")
        self.do("agree_start", ago + 6, job=0, on=first_day, start_at="8:30")
        self.do("start", ago, 16 * 60, job=0, first_day=first_day)
        for weeks in (1, 2, 8):
            if ago > weeks * 7:
                self.do("contact", ago - weeks * 7, channel="call", outcome="spoke", minutes=8)

    def confirmed(self, milestone: str, due: date) -> None:
        """Asked and answered: still there."""
        self.night(due, milestone)
        ago = (self.today - due).days - 1
        self.do("answer", max(ago, 0), job=0, milestone=milestone, in_post=True, last_day=None, grade="self")

    def asked(self, first_day: date, opening: int = 0) -> None:
        """In work, with the latest check open and the ones before it confirmed."""
        self.started(first_day, opening)
        due = [each for each in due_days(first_day) if each[1] <= self.today]
        for code, day, _ in due[:-1]:
            self.confirmed(code, day)
        code, day, _ = due[-1]
        self.night(day, code)
        if day + timedelta(days=5) <= self.today:
            self.night(day + timedelta(days=5), code)


def six_months_before(day: date) -> date:
    """A first day whose six-month date is that day, or the nearest before it that has one."""
    first = add_months(day, -6)
    while add_months(first, 6) > day:
        first -= timedelta(days=1)
    return first


def _chat_today(minutes: int) -> Callable[[Actor], None]:
    def tell(them: Actor) -> None:
        them.met(8)
        them.do("book_chat", 5, on=them.today, minutes=minutes, place="at the library café")

    return tell


def _chat_gone_by(them: Actor) -> None:
    them.met(9)
    them.do("book_chat", 6, on=them.today - timedelta(days=1), minutes=840, place="at our office")


def _missed(them: Actor) -> None:
    them.met(12)
    them.do("book_chat", 8, on=them.today - timedelta(days=3), minutes=600, place="the community centre")
    them.do("miss_chat", 3, 660, missed_by="candidate")


def _seat_today(them: Actor) -> None:
    them.chatted(6)
    them.do("book_seat", 5, seat=0, course=len(them.programme.courses) - 1)


def _decide(them: Actor) -> None:
    them.chatted(6)


def _new_here(them: Actor) -> None:
    them.do("meet", 6, 620)


def _quiet(them: Actor) -> None:
    them.ready(52)
    them.do("contact", 47, channel="call", outcome="spoke", minutes=10)
    them.do("contact", 9, channel="call", outcome="no_answer")


def _turned_down(them: Actor) -> None:
    them.put_forward(9, 2)
    them.do("decline_by_employer", 1, introduction=0, reason="hours")


def _start_today(them: Actor) -> None:
    them.accepted(34, since_offer=37, opening=1)
    them.do("agree_start", 7, job=0, on=them.today, start_at="8:30")


def _start_soon(them: Actor) -> None:
    them.accepted(30, since_offer=32, opening=0)
    them.do("agree_start", 2, job=0, on=them.today + timedelta(days=3), start_at="9:00")


def _left(them: Actor) -> None:
    them.started(them.today - timedelta(days=60), opening=2)
    them.confirmed("four_weeks", them.today - timedelta(days=32))
    them.do("leave", 1, job=0, last_day=None, reason="not_known")


def _ask_again(them: Actor) -> None:
    them.chatted(75)
    them.do("not_now", 60, reason="childcare", revisit_after=60)


def _nobodys(ago: int) -> Callable[[Actor], None]:
    def tell(them: Actor) -> None:
        them.person.unclaimed, them.person.source = True, "Website"
        them.do("sign_up", ago, 60 + 7 * 60, families=["administration"])

    return tell


ROLES = (
    Role("Asha Fenwicke", _chat_today(10 * 60 + 30)),
    Role("Piotr Gorecki", _chat_today(15 * 60 + 30)),
    Role("Leanne Dunmore", _chat_gone_by),
    Role("Kofi Quarshie", _missed),
    Role("Shabana Karimi", _seat_today),
    Role("Dean Ellerby", _seat_today),
    Role("Tendai Mukasa", _seat_today, "email"),
    Role("Rosa Figueroa", _decide),
    Role("Wayne Tindall", _new_here),
    Role("Hodan Warsame", _quiet),
    Role("Gita Kapadia", lambda them: them.ready(9)),
    Role("Marcia Padmore", lambda them: them.put_forward(9)),
    Role("Imran Asghari", lambda them: them.put_forward(2, 1)),
    Role("Beata Nowacki", lambda them: (them.put_forward(6, 3), them.do("consider", 3, introduction=0))[1]),
    Role("Jermaine Atherley", lambda them: them.offered(4)),
    Role("Salma Hosseini", lambda them: them.offered(1, 1), "letter"),
    Role("Clare Summerlin", _turned_down),
    Role("Bilal Farooqi", lambda them: them.accepted(10, since_offer=12)),
    Role("Janet Wolstan", lambda them: them.accepted(31, since_offer=34, opening=3)),
    Role("Emeka Okonjo", lambda them: them.accepted(50, since_offer=54, opening=1)),
    Role("Tracey Oldbury", _start_today),
    Role("Usha Panesari", _start_soon),
    Role("Ryan Thornbury", lambda them: them.asked(them.today - timedelta(weeks=4))),
    Role("Nasreen Begumi", lambda them: them.asked(them.today - timedelta(weeks=13, days=6), 1)),
    Role("Winston Sandiford", lambda them: them.asked(six_months_before(them.today), 2)),
    Role("Ewa Zielinka", lambda them: them.asked(six_months_before(them.today - timedelta(days=7)), 3)),
    Role("Callum Redfern", _left),
    Role("Farah Jabbari", _ask_again),
    Role("Denise Wainfleet", _nobodys(1)),
    Role("Ibrahim Jabbari", _nobodys(2), "shared"),
    Role("Sofia Dobrescu", _nobodys(4), "email"),
)


def cast(programme: ProgrammeStory, *, first_number: int) -> Iterator[PersonStory]:
    """The cast, on the desk of the first worker; adds the course that begins today."""
    today = today_london(programme.as_of)
    programme.courses.append(CourseStory("Into health and care", "Heartlands training room", today, today + timedelta(days=18)))
    postcodes, _ = homes()
    for place, role in enumerate(ROLES):
        first, _, last = role.name.partition(" ")
        number = first_number + place
        person = PersonStory(number, first, last, worker=0, source="Stall", postcode=postcodes[place * 31], lines=f"{place + 3} Canal View")
        person.date_of_birth, person.birth_quality = date(today.year - 19 - place, 1 + place % 12, 1 + place % 27), "exact"
        person.routes = _routes(role, number)
        person.answers = {"sex": "female" if place % 2 else "male", "ethnic_group": str(1 + place % 19), "health_condition": "no"}
        role.tells(Actor(person, programme))
        person.deeds = sorted((deed for deed in person.deeds if deed.at <= programme.as_of), key=lambda deed: deed.at)
        yield person


def _routes(role: Role, number: int) -> tuple[Route, ...]:
    first = role.name.partition(" ")[0].lower()
    safe = {"may_mention": True, "may_voicemail": True}
    return {
        "mobile": (Route("mobile", f"+447700900{number % 1000:03d}", safe),),
        "shared": (Route("mobile", f"+447700900{(number - 2) % 1000:03d}", {**safe, "is_shared": True}),),
        "email": (Route("email", f"{first}@example.org"),),
        "letter": (Route("letter", "By post to the address we hold"),),
    }[role.reach]
