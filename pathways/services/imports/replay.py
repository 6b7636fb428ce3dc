"""Past steps, taken through the same door as today's: a date makes its child, and the log says that it was imported."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Max

from ground.clock import today_london
from pathways.backends.register.statuses import ORDER
from pathways.models import StageChange
from pathways.models.log import Quality
from pathways.services import case as cases
from pathways.services.door import Taken, change_stage
from pathways.services.imports import finding_work, looking_for_work
from pathways.services.imports.order import in_order
from pathways.services.imports.retelling import Act, Fact, Retelling, begun
from pathways.workflow.pathway import OPEN


class Replay(Retelling):
    """One case, one file, and the steps that its dates support."""

    def take(self, facts: list[Fact]) -> None:
        """Each step that the log does not hold yet, in the order of days."""
        held = StageChange.objects.filter(pathway__in=self.case.ids, undoes__isnull=True, undone_by__isnull=True) if self.case.pk else None
        logged = {f"{machine}.{step}" for machine, step in held.values_list("machine", "step")} if held is not None else set()
        stood = self._stood() if self.case.pk else None
        for fact in in_order(facts, today=today_london(self.at)):
            if fact["step"] in logged:
                continue
            act = STEPS.get(fact["step"])
            if act is None:
                self.untaken.append(f"“{fact['heading']}” was not taken: this step is not known from registers.")
                continue
            told = self._after(fact, stood)
            if told is not None:
                act(self, told["day"], self.taken(told), told)

    def _stood(self) -> date | None:
        """The day of the last step of a case that was here before the file came."""
        rows = StageChange.objects.filter(machine="pathway", subject_id=self.case.pk, undoes__isnull=True, undone_by__isnull=True)
        return rows.exclude(step="follow").aggregate(day=Max("happened_on"))["day"]

    def _after(self, fact: Fact, stood: date | None) -> Fact | None:
        """A step of the case itself cannot be before what is known here: without a day it comes after, with one it is too old."""
        if stood is None or fact["day"] >= stood or not fact["step"].startswith("pathway."):
            return fact
        if fact["dateless"]:
            return {**fact, "day": stood}
        if fact["step"] == "pathway.express_interest":
            self.untaken.append(f"“{fact['heading']}” is dated before what is known here: taken without its day.")
            return {**fact, "day": stood, "dateless": True}
        self.untaken.append(f"“{fact['heading']}” was not taken: it is dated before what is known here.")
        return None

    def reach(self, stage: str) -> None:
        """At most one fact to reach the register's stage, marked so; never back, never on a case that has ended."""
        self.case.refresh_from_db()
        stage = "in_work" if stage == "sustained" else stage  # six months are confirmed by an answer, never by a word
        if stage not in ORDER or self.case.stage not in OPEN or ORDER.index(stage) <= ORDER.index(self.case.stage):
            return
        taken = Taken(quality=Quality.UNKNOWN, import_run=self.run)
        change_stage(subject=self.case, step="import_stage", values={"imported_stage": stage}, taken=taken, **self.who)


def _closing(close: Callable[..., Any], **more: Any) -> Act:
    def act(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
        case = begun(told, day, taken)
        case.refresh_from_db()
        if case.stage in OPEN and case.stage != "in_work":
            close(case=case, taken=taken, **more, **told.who)
        elif case.stage == "in_work":
            told.untaken.append(f"“{fact['heading']}” was not taken: the dates show them in work.")

    return act


STEPS: dict[str, Act] = {
    **looking_for_work.STEPS,
    **finding_work.STEPS,
    "pathway.set_not_now": _closing(cases.set_not_now),
    "pathway.withdraw": _closing(cases.withdraw),
    "pathway.close_unreachable": _closing(cases.close_unreachable),
    "pathway.close_ineligible": _closing(cases.close_ineligible, referred_to=""),
}
