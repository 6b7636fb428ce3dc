"""Invented people and places for tests. Phones are Ofcom's drama numbers."""

from datetime import UTC, date, datetime
from functools import cache
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts.models import Membership, Milestone, Organisation, Programme, ProgrammePartner, User
from candidates.models import Candidate, ContactRoute
from employers.models import CareerHeading, JobFamily, PayRate
from ground.actor import Actor
from pathways.models import Course, Pathway
from pathways.services import case as cases
from pathways.services.door import Taken

#: A working Monday morning, in winter: no clock change near.
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)
PASSWORD = "a long enough passphrase"
_next = count(1)

KIND_OF_ROLE = {
    "administrator": "administrator",
    "programme_lead": "lead",
    "outreach_worker": "worker",
    "trainer": "trainer",
    "employer": "employer",
}


def organisation(*kinds: str, name: str = "") -> Organisation:
    """A delivery partner unless told otherwise."""
    return Organisation.objects.create(name=name or f"Organisation {next(_next)}", kinds=list(kinds) or ["delivery"])


def programme(owner: Organisation | None = None, **more: Any) -> Programme:
    """A programme with the three usual milestones."""
    n = next(_next)
    made = Programme.objects.create(
        name=more.pop("name", f"Programme {n}"),
        code=more.pop("code", f"programme-{n}"),
        organisation=owner or organisation(),
        starts_on=more.pop("starts_on", date(2024, 1, 1)),
        **more,
    )
    milestones(made)
    return made


def milestones(made: Programme, since: date = date(2000, 1, 1)) -> None:
    """4 weeks, 13 weeks, six calendar months."""
    Milestone.objects.create(programme=made, code="four_weeks", weeks=4, window_days=14, valid_from=since)
    Milestone.objects.create(programme=made, code="thirteen_weeks", weeks=13, window_days=14, valid_from=since)
    Milestone.objects.create(programme=made, code="six_months", months=6, window_days=28, valid_from=since)


def partner(made: Programme, other: Organisation) -> Organisation:
    """An organisation that takes part in a programme."""
    ProgrammePartner.objects.create(programme=made, organisation=other, starts_on=date(2024, 1, 1))
    return other


@cache
def _hashed() -> str:
    """The password of everybody here, hashed once: a slow hash for each would be most of the tests' time."""
    return make_password(PASSWORD)


def user(role: str, owner: Organisation, made: Programme | None = None, **more: Any) -> User:
    """Somebody who signs in, with one membership."""
    n = next(_next)
    person = User.objects.create(email=more.pop("email", f"user{n}@example.org"), password=_hashed(), name=more.pop("name", f"User {n}"))
    Membership.objects.create(user=person, organisation=owner, role=role, programme=made, starts_on=date(2024, 1, 1), **more)
    return person


def actor(person: User, **more: Any) -> Actor:
    """The same person, as services know them."""
    seat = Membership.objects.get(user=person)
    return Actor(
        kind=KIND_OF_ROLE[seat.role],
        user_id=person.pk,
        membership_id=seat.pk,
        organisation_id=seat.organisation_id,
        programme_id=seat.programme_id,
        **more,
    )


def person(owner: Organisation, *, first: str = "", last: str = "", phone: str | None = "", **more: Any) -> Candidate:
    """Somebody met, with a drama mobile unless phone=None."""
    n = next(_next)
    made = Candidate.objects.create(organisation=owner, first_name=first or f"Asha{n}", last_name=last or f"Example{n}", **more)
    if phone is not None:
        number = phone or f"+447700900{400 + n % 600:03d}"  # those below are typed by tests: nobody has them already
        ContactRoute.objects.create(candidate=made, kind="mobile", value=number, typed=number)
    return made


class World:
    """One programme, one delivery partner, one worker, one lead, one employer: enough for one person's way."""

    def __init__(self) -> None:
        self.delivery = organisation("delivery")
        self.programme = programme(self.delivery)
        self.worker = user("outreach_worker", self.delivery, self.programme)
        self.lead = user("programme_lead", self.delivery, self.programme)
        self.trust = organisation("employer")
        partner(self.programme, self.trust)
        self.employer = user("employer", self.trust, self.programme)
        self.family = JobFamily.objects.create(code=f"facilities-{next(_next)}", name="Facilities", valid_from=date(2024, 1, 1))
        self.by = actor(self.worker)

    def case(self, *, interested: bool = True, at: datetime = AT, day: date | None = None, **more: Any) -> Pathway:
        """A case on the worker's desk."""
        who = more.pop("candidate", None) or person(self.delivery, **more)
        made = cases.new_case(
            candidate=who, programme=self.programme, organisation=self.delivery, owner=self.worker, opened_on=day or at.date()
        )
        if interested:
            return cases.express_interest(case=made, by=self.by, at=at, taken=Taken(happened_on=day))
        return cases.log_outreach(case=made, by=self.by, at=at, taken=Taken(happened_on=day))

    def heading(self, **more: Any) -> CareerHeading:
        """An open opening of the employer."""
        owner = more.pop("organisation", self.trust)
        return CareerHeading.objects.create(
            organisation=owner,
            programme=self.programme,
            family=self.family,
            title=more.pop("title", "Ward host"),
            places=more.pop("places", 2),
            stage=more.pop("stage", "open"),
            posted_on=date(2026, 1, 5),
            **more,
        )

    def course(self, **more: Any) -> Course:
        """A course that has begun."""
        return Course.objects.create(
            organisation=self.delivery,
            programme=self.programme,
            name=more.pop("name", "Into health"),
            starts_on=more.pop("starts_on", date(2026, 11, 2)),
            ends_on=more.pop("ends_on", date(2026, 11, 27)),
            capacity=more.pop("capacity", 10),
            **more,
        )


def rates() -> None:
    """Rates under which 12.90 an hour is legal and under the real Living Wage."""
    PayRate.objects.create(code="national", amount="12.71", valid_from=date(2026, 4, 1), source="gov.uk, to be confirmed")
    PayRate.objects.create(code="real_uk", amount="13.45", valid_from=date(2025, 10, 1), source="livingwage.org.uk, to be confirmed")
