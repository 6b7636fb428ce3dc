"""People who are there twice, for whoever tests what is made of them."""

from typing import Any

from candidates.models import Candidate, ContactRoute, SuggestedPair
from candidates.services.pairs import compare_next
from candidates.services.person import set_address
from pathways.models import Pathway
from pathways.services import case as cases
from pathways.services.door import Taken
from pathways.services.placement import record_own_job
from tests.factories import actor
from tests.pathways.employer_scene import Scene


class Twice(Scene):
    """The usual world, with somebody in it who was written down twice."""

    def record(self, *, first: str = "Amina", last: str = "Yusuf", phone: str = "", postcode: str = "", **more: Any) -> Pathway:
        """A record with an open case on the worker's desk."""
        who = Candidate.objects.create(organisation=self.delivery, first_name=first, last_name=last, **more)
        if phone:
            ContactRoute.objects.create(candidate=who, kind="mobile", value=phone, typed=phone)
        if postcode:
            set_address(candidate=who, postcode=postcode, by=self.by, at=self.at)
        return self.case(candidate=who, at=self.at)

    def pair(self, **more: Any) -> SuggestedPair:
        """Two records of one name and one number, compared: the pair that stands in the list."""
        number = more.pop("phone", f"+447700900{300 + Candidate.objects.count()}")
        other_last = more.pop("other_last", "Yusof")
        one = self.record(phone=number, **more)
        other = self.record(phone=number, **(more | {"last": other_last}))
        return self.compared(one, other)

    def compared(self, one: Pathway, other: Pathway) -> SuggestedPair:
        """The pair of two records, once everybody has been compared."""
        self.compare()
        low, high = sorted((one.candidate_id, other.candidate_id))
        return SuggestedPair.objects.select_related("one", "other").get(one=low, other=high)

    def compare(self) -> None:
        while compare_next(at=self.at):
            pass

    def ready(self, case: Pathway) -> None:
        """Marked ready for a job."""
        cases.mark_ready(case=case, by=self.by, at=self.at, taken=Taken(reason="has_experience"))

    def void(self, case: Pathway) -> None:
        """Entered in error."""
        cases.void_case(case=case, by=actor(self.lead), at=self.at)

    def with_a_job(self) -> SuggestedPair:
        """A pair, one of whom has a job: a lead decides."""
        pair = self.pair()
        case = Pathway.objects.get(candidate=pair.other)
        record_own_job(case=case, employer_words="Corner bakery", job={"title": "Baker"}, start_on=self.today, by=self.by, at=self.at)
        return pair
