"""The way of one person from a stall to being ready for a job, drawn step by step."""

from datetime import date, timedelta
from random import Random
from typing import Any

from ground.clock import today_london
from pathways.simulation.days import at_work, moment, within, working
from pathways.simulation.person import homes
from pathways.simulation.rates import Rates
from pathways.simulation.story import Deed, PersonStory, ProgrammeStory
from pathways.simulation.words import FAMILIES, IN_THE_WAY, NOTES, PLACES_TO_TALK, STREETS

#: From interest to an offer it never takes longer than this many days, so that an older cohort is complete.
LONGEST_TO_OFFER = 170
#: Reasons are codes of the dated lists.
CLOSINGS = {
    "withdraw": ("changed_mind", "other_job", "health", "childcare", "moved_away", "not_said"),
    "not_now": ("childcare", "health", "travel", "studying", "wrong_time"),
    "close_ineligible": ("right_to_work", "area", "in_work"),
}


class Way:
    """One person's story while it is being told: a day that only moves on, and what was done on it."""

    def __init__(self, rng: Random, person: PersonStory, programme: ProgrammeStory, *, rates: Rates) -> None:
        self.rng, self.person, self.programme, self.rates = rng, person, programme, rates
        self.seats = self.introductions = self.jobs = 0
        #: Whether the story stopped before any job, so that the person may come back.
        self.stopped = False

    def chance(self, rate: float) -> bool:
        """Whether it happens."""
        return self.rng.random() < rate

    def later(self, day: date, first: int, last: int) -> date:
        """A working day so many days on."""
        return within(self.rng, day, first, last)

    def do(self, verb: str, day: date, **how: Any) -> None:
        """Something is done in working hours of a day."""
        self.person.deeds.append(Deed(at_work(self.rng, day), verb, how))

    def do_at(self, verb: str, day: date, minutes: int, **how: Any) -> None:
        """Something is done at one time of a day."""
        self.person.deeds.append(Deed(moment(day, minutes), verb, how))

    def talk(self, day: date, *, channel: str = "call", minutes: int = 10) -> None:
        """Somebody is spoken with."""
        self.do("contact", day, channel=channel, outcome="spoke", minutes=minutes, meaningful=minutes > 20)

    def meet(self, day: date, *, web: bool) -> date | None:
        """Met by name, or signed up on the web; the day interest is expressed, or None."""
        families = self.rng.sample(FAMILIES, self.rng.choice((1, 1, 2)))
        if web:
            if not self.person.routes:
                return None
            self.person.unclaimed, self.person.source, self.person.event = True, "Website", None
            self.do("sign_up", day, families=families)
            taken = self.later(day, 1, 4)
            self.do_at("take", taken, 9 * 60 + 15)
            self._answer(taken)
            return taken
        self.do_at("meet", day, 10 * 60 + self.rng.randrange(0, 240, 5))
        if not self.chance(self.rates.interest):
            return None
        on = day if self.chance(0.5) else self.later(day, 1, 7)
        start = 15 * 60 + self.rng.randrange(0, 60, 5)
        if not self.person.routes:
            self.do_at("reach", on, start - 30, kind="through", value="Ask for them at the stall")
        self.do_at("interest", on, start, families=families)
        self._answer(on)
        return on

    def _answer(self, day: date) -> None:
        if self.person.answers:
            self.do_at("answer_questions", day, 16 * 60 + 45)

    def chat(self, interested: date) -> date | None:
        """Booked, sometimes missed or moved, and held; the day it was held, or None."""
        held = self.chance(self.rates.chat)
        day = self.later(interested, 1, 5)
        if not held and self.chance(0.5):
            return None
        times = 1 + self.chance(0.18)
        for turn in range(times if held else 1):
            when = self.later(day, 2, 8)
            minutes = self.rng.choice((600, 660, 690, 780, 840, 900, 930))
            place = self.rng.choice(PLACES_TO_TALK)
            self.do("book_chat", day, on=when, minutes=minutes, place=place)
            if self.chance(0.06):
                moved = self.later(day, 1, 1)
                if moved < when:
                    when, minutes = self.later(when, 2, 5), self.rng.choice((600, 690, 840))
                    self.do("move_chat", moved, on=when, minutes=minutes, place=place)
            if held and turn == times - 1:
                return self._hold(when, minutes)
            self.do_at("miss_chat", when, minutes + 45, missed_by="candidate" if self.chance(0.85) else "us")
            day = self.later(when, 1, 4)
        return None

    def _hold(self, when: date, minutes: int) -> date:
        status = self.rng.choices(("not_working", "working", "education", "prefer_not"), weights=(70, 15, 10, 5))[0]
        since = when - timedelta(days=self.rng.randint(40, 1500)) if status == "not_working" else None
        outcome = {"work_status": status, "work_status_since": since, "in_the_way": self.rng.choice(IN_THE_WAY)}
        families = self.rng.sample(FAMILIES, self.rng.choice((1, 1, 2)))
        self.do_at("hold_chat", when, minutes + 50, families=families, outcome={**outcome, "adjustments_wanted": self.chance(0.12)})
        if self.chance(0.3):
            self.do_at("note", when, 17 * 60 + 20, text=self.rng.choice(NOTES), visibility="team")
        return when

    def train(self, chatted: date) -> date | None:
        """A course, or ready without one; the day the person is ready, or None."""
        if self.chance(self.rates.training):
            return self._course(chatted)
        if self.chance(self.rates.ready_without_course):
            ready = self.later(chatted, 1, 9)
            self.do("mark_ready", ready, reason=self.rng.choice(("has_experience", "has_certificate", "employer_trains")))
            return ready
        if self.chance(0.25):
            booked = self.later(chatted, 1, 3)
            course = self._next_course(booked)
            self.do("book_seat", booked, seat=self._new_seat(), course=course)
            cancelled = self.later(booked, 1, 3)
            if cancelled < self.programme.courses[course].starts_on:
                self.do("cancel_seat", cancelled, seat=self.seats - 1)
        return None

    def _course(self, chatted: date) -> date | None:
        booked = self.later(chatted, 0, 4)
        if booked == chatted:
            booked = self.later(chatted, 1, 1)
        waited = self.chance(0.08)
        seat = self._new_seat()
        if waited:
            course = self._next_course(booked + timedelta(days=6))
            self.do("wait", booked, seat=seat, course=course)
            booked = self.later(booked, 1, 3)
        else:
            course = self._next_course(booked)
        self.do("book_seat", booked, seat=seat, course=course)
        begins, ends = self.programme.courses[course].starts_on, self.programme.courses[course].ends_on
        self.do_at("start_training", begins, 10 * 60 + 30, seat=seat)
        if self.chance(0.5):
            self.talk(working(begins + timedelta(days=7)))
        if self.chance(self.rates.finish):
            self.do_at("finish_training", ends, 15 * 60 + 30, seat=seat)
            return ends
        left = within(self.rng, begins, 3, 10)
        self.do("leave_training", left, seat=seat, reason=self.rng.choice(("health", "childcare", "stopped_coming", "travel")))
        return None

    def _new_seat(self) -> int:
        self.seats += 1
        return self.seats - 1

    def _next_course(self, day: date) -> int:
        soonest = day + timedelta(days=4)
        return next(n for n, course in enumerate(self.programme.courses) if course.starts_on >= soonest)

    def move_home(self) -> None:
        """Some move, or it turns out that the address was never right."""
        if self.person.postcode and self.person.deeds and self.chance(self.rates.moves):
            postcodes, _ = homes()
            lines = f"{self.rng.randint(1, 180)} {self.rng.choice(STREETS)}"
            change = "moved" if self.chance(0.8) else "corrected"
            day = self.later(today_london(min(deed.at for deed in self.person.deeds)), 20, 200)
            self.do("move_home", day, postcode=self.rng.choice(postcodes), lines=lines, change=change)

    def last_day(self) -> date:
        """The London day of the latest deed."""
        return today_london(max(deed.at for deed in self.person.deeds))

    def close(self) -> None:
        """The person stops here: some weeks later somebody closes the case, for a reason."""
        day = self.later(self.last_day(), 8, 40)
        how = self.rng.choices(("withdraw", "not_now", "close_unreachable", "close_ineligible"), weights=(30, 28, 34, 8))[0]
        if how == "close_unreachable":
            phone = any(route.kind in {"mobile", "landline"} for route in self.person.routes)
            channels = ("call", "text", "call") if phone else ("email", "letter", "email")
            day = self.later(self.last_day(), 3, 15)
            for turn, channel in enumerate(channels):
                outcome = {"call": "no_answer", "text": "sent", "email": "sent", "letter": "sent"}[channel]
                self.do("contact", working(day + timedelta(days=6 * turn)), channel=channel, outcome=outcome)
            self.do("close_unreachable", self.later(self.last_day(), 2, 6))
            return
        reason = self.rng.choice(CLOSINGS[how])
        more: dict[str, Any] = {}
        if how == "not_now":
            more = {"revisit_after": self.rng.choice((60, 90, 120))}
        if how == "close_ineligible":
            more = {"referred_to": self.rng.choice(("Citizens Advice", "the careers service", "the college"))}
        self.do(how, day, reason=reason, **more)
        self.stopped = how == "withdraw"
        if how == "not_now" and self.chance(0.9):
            asked = self.later(day, more["revisit_after"], more["revisit_after"] + 12)
            self.talk(asked)
            if self.chance(self.rates.come_back):
                self.do("reopen", self.later(asked, 1, 5))
