"""The way from being ready to an offer, a first day, and the months after it."""

from datetime import date, timedelta
from math import log

from accounts.choices import MilestoneCode
from accounts.standard import MILESTONES
from ground.clock import add_months
from pathways.simulation.days import at_night, working
from pathways.simulation.journey import Way
from pathways.simulation.story import Deed
from pathways.simulation.words import OWN_EMPLOYERS

CHECKS = ("identity", "right_to_work", "registration", "history", "criminal_record", "work_health")
#: People leave more often at first: the shape of the Weibull law that days of leaving are drawn from.
SHAPE = 0.8
#: Of those who pass six months, about so many leave in a month after it.
LATER = 0.02


def due_days(first_day: date) -> list[tuple[str, date, int]]:
    """Milestone, its date, and the days in which an answer counts, in the order they fall due."""
    found = []
    for code, weeks, months, window in MILESTONES:
        due = add_months(first_day, months) if months else first_day + timedelta(weeks=weeks or 0)
        found.append((str(code), due, window))
    return sorted(found, key=lambda each: each[1])


class Working(Way):
    """Introductions, offers, jobs, checks and leaving."""

    def find_work(self, ready: date) -> None:
        """From ready to whatever came of it."""
        offered = self.chance(self.rates.offer_for(self.person.group))
        day = self.later(ready, 1, 7)
        if not offered:
            self._turned_down(day)
            if self.chance(self.rates.own_job):
                self._own_job(self.later(self.last_day(), 2, 20))
            else:
                self.close()
            return
        self._offered(day)

    def _introduce(self, day: date, heading: int) -> tuple[int, date]:
        number = self.introductions
        self.introductions += 1
        self.do("draft", day, introduction=number, heading=heading)
        sent = self.later(day, 1, 2)
        self.do("send", sent, introduction=number, consent_how=self.rng.choice(("phone", "in_person", "text")))
        return number, sent

    def _openings(self, day: date, count: int) -> list[int]:
        open_then = [n for n, heading in enumerate(self.programme.headings) if heading.posted_on <= day]
        return self.rng.sample(open_then, min(count, len(open_then)))

    def _turned_down(self, day: date) -> None:
        for heading in self._openings(day, self.rng.choice((0, 1, 1, 2))):
            number, sent = self._introduce(day, heading)
            answered = self.later(sent, 3, 14)
            if self.chance(0.5):
                considered = self.later(sent, 1, 2)
                self.do("consider", considered, introduction=number)
                answered = max(answered, self.later(considered, 1, 3))
            reason = self.rng.choice(("filled", "experience", "hours", "did_not_come"))
            self.do("decline_by_employer", answered, introduction=number, reason=reason)
            self.talk(self.later(answered, 1, 3))
            day = self.later(answered, 1, 5)

    def _offered(self, day: date) -> None:
        chosen, *others = self._openings(day, self.rng.choice((1, 1, 2, 3)))
        rivals = [self._introduce(day, heading) for heading in others]
        number, sent = self._introduce(day, chosen)
        if self.chance(0.6):
            self.do("consider", self.later(sent, 1, 2), introduction=number)
            sent = self.later(sent, 3, 3)
        offered = self.later(sent, 3, 18)
        if rivals and self.chance(0.4) and self.later(rivals[-1][1], 1, 1) <= offered:
            rival, put = rivals.pop()
            self.do("decline_by_employer", self.later(put, 1, 1), introduction=rival, reason="filled")
        self.do("offer", offered, introduction=number)
        answered = self.later(offered, 1, 4)
        if self.chance(self.rates.start):
            self.do("accept", answered, introduction=number)
            self._tidy(answered, chosen, rivals)
            self._before_start(answered, offered, number)
            return
        self._came_to_nothing(answered, number, chosen, rivals)

    def _tidy(self, day: date, chosen: int, rivals: list[tuple[int, date]]) -> None:
        """A job of under 30 hours leaves the others open: they are withdrawn a little later."""
        if float(self.programme.headings[chosen].hours) < 30:
            for rival, _ in rivals:
                self.do("withdraw_introduction", self.later(day, 2, 6), introduction=rival)

    def _came_to_nothing(self, day: date, number: int, chosen: int, rivals: list[tuple[int, date]]) -> None:
        how = self.rng.choices(("decline_by_candidate", "fall_through", "withdraw_offer"), weights=(4, 4, 2))[0]
        if how == "decline_by_candidate":
            self.do(how, day, introduction=number, reason=self.rng.choice(("hours", "travel", "pay", "changed_mind")))
        else:
            self.do("accept", day, introduction=number)
            self._tidy(day, chosen, rivals)
            job = self._new_job()
            asked = self.later(day, 3, 9)
            for kind in CHECKS[:3]:
                self.do("check", asked, job=job, kind=kind, step="ask")
            ended = self.later(asked, 8, 40)
            if how == "fall_through":
                self.do(how, ended, job=job, reason=self.rng.choice(("checks", "took_other", "changed_mind")))
            else:
                self.do(how, ended, introduction=number, reason=self.rng.choice(("checks", "post_gone")))
        self.talk(self.later(self.last_day(), 1, 3))
        self.close()

    def _new_job(self) -> int:
        self.jobs += 1
        return self.jobs - 1

    def _before_start(self, accepted: date, offered: date, number: int) -> None:
        job = self._new_job()
        first_day = working(max(offered + timedelta(days=int(self.rng.triangular(14, 85, 40))), accepted + timedelta(days=9)))
        wait = (first_day - accepted).days
        asked = self.later(accepted, 1, 3)
        for kind in CHECKS:
            if kind in {"registration", "criminal_record"} and self.chance(0.3):
                self.do("check", asked, job=job, kind=kind, step="not_require")
                continue
            self.do("check", asked, job=job, kind=kind, step="ask")
            self.do("check", working(asked + timedelta(days=self.rng.randint(2, max(wait - 4, 3)))), job=job, kind=kind, step="clear")
        if wait > 25:
            self.talk(working(accepted + timedelta(days=wait // 2)))
        agreed = max(working(first_day - timedelta(days=self.rng.randint(4, 9))), self.later(accepted, 1, 1))
        if agreed > first_day:
            agreed = first_day
        self.do_at("agree_start", agreed, 12 * 60, job=job, on=first_day, start_at=self.rng.choice(("7:00", "8:30", "9:00")))
        recorded = first_day if self.chance(0.8) else self.later(first_day, 1, 4)
        self.do_at("start", recorded, 16 * 60, job=job, first_day=first_day)
        self.in_work(job, first_day, recorded)

    def _own_job(self, day: date) -> None:
        job = self._new_job()
        self.do_at("own_job", day, 16 * 60, job=job, employer=self.rng.choice(OWN_EMPLOYERS), title="Assistant")
        self.in_work(job, day, day)

    def in_work(self, job: int, first_day: date, recorded: date) -> None:
        """The months after a first day: talks, checks, leaving, and what came then."""
        last_day = self._leaves(first_day)
        for weeks in (1, 2, 8, 10):
            day = working(first_day + timedelta(weeks=weeks))
            if (last_day is None or day < last_day) and day > recorded and self.chance(0.9):
                self.talk(day, minutes=8)
        known = self._checks(job, first_day, recorded, last_day)
        if known is not None:
            self._after_leaving(known)
            return
        six = next(due for code, due, _ in due_days(first_day) if code == MilestoneCode.SIX_MONTHS)
        if not self.confirmed:
            over = max(self.last_day(), six + timedelta(days=30))
            self.do("end_follow_up", self.later(over, 2, 20))

    def _leaves(self, first_day: date) -> date | None:
        """The last day in the job; before the six-month date with one minus the true rate, exactly."""
        six = add_months(first_day, 6)
        days = (six - first_day).days
        stays = self.rates.six_months
        if self.chance(stays):
            after = self.rng.expovariate(LATER / 30)
            return six + timedelta(days=int(after)) if after < 720 else None
        drawn = stays + self.rng.random() * (1 - stays)  # the share still there on the day of leaving
        share = (log(drawn) / log(stays)) ** (1 / SHAPE) if stays > 0 else self.rng.random()
        return first_day + timedelta(days=min(int(share * days), days - 1))

    def _checks(self, job: int, first_day: date, recorded: date, last_day: date | None) -> date | None:
        """Each milestone in its turn; the day on which leaving became known, or None."""
        self.confirmed = False
        known: date | None = None
        plan = due_days(first_day)
        for turn, (code, due, window) in enumerate(plan):
            left = last_day is not None and last_day < due
            heard = not self.chance(self.rates.silence_for(left=left))
            begun = plan[turn - 1][1] if turn else first_day
            if known is None and left and heard and last_day >= begun and self.chance(self.rates.told_early):
                told = self.later(last_day, 0, 6)
                if recorded < told < due:
                    self.do("leave", told, job=job, last_day=last_day, reason=self._why())
                    known = told
            self._night(due, code, job)
            if known is None and heard:
                known = self._answer_check(job, code, due, last_day)
                continue
            self._night(due + timedelta(days=5), code, job)
            self._night(max(due, recorded) + timedelta(days=window + 1), code, job)
        return known

    def _night(self, day: date, code: str, job: int) -> None:
        self.person.deeds.append(Deed(at_night(day), "clock", {"job": job, "milestone": code}))

    def _answer_check(self, job: int, code: str, due: date, last_day: date | None) -> date | None:
        """Somebody says; the day of it when they say "left", which is how leaving becomes known."""
        day = self.later(due, 0, 9)
        if day >= due + timedelta(days=5):
            self._night(due + timedelta(days=5), code, job)
        gone = last_day is not None and last_day <= day
        told = last_day if gone else None
        if told is not None and told < due and self.chance(self.rates.unknown_last_day):
            told = None
        by = "employer" if self.chance(0.3) else "self"
        self.do("answer", day, job=job, milestone=code, in_post=not gone, last_day=told, grade=by)
        if code == MilestoneCode.SIX_MONTHS:
            self.confirmed = not gone or (told is not None and told >= due)
        return day if gone else None

    def _why(self) -> str:
        return self.rng.choice(("new_job", "hours_or_pay", "health", "childcare", "travel", "not_a_fit", "contract_ended", "not_known"))

    def _after_leaving(self, known: date) -> None:
        # Who found the first job alone is not put forward later: an offer is drawn once, and its rate stays true.
        if self.jobs < 2 and self.person.did("offer") and self.chance(self.rates.restart):
            day = self.later(known, 2, 12)
            self.do("restart", day)
            chosen = self._openings(day, 1)
            if chosen and self.chance(0.6):
                drafted = self.later(day, 1, 5)
                number, sent = self._introduce(drafted, chosen[0])
                offered = self.later(sent, 4, 16)
                self.do("offer", offered, introduction=number)
                accepted = self.later(offered, 1, 4)
                self.do("accept", accepted, introduction=number)
                self._before_start(accepted, offered, number)
            return
        self.do("withdraw", self.later(known, 10, 60), reason=self.rng.choice(("other_job", "changed_mind", "health", "not_said")))
