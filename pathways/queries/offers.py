"""The steps that may be taken on a person's page now: exactly those that the door would allow, the likeliest first."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ground.actor import Actor
from pathways.models import Pathway
from pathways.models.task import TaskKind
from pathways.queries.steps import OpenStep, may_return, steps_made_on, steps_on
from pathways.workflow.follow import CaseFacts
from pathways.workflow.pathway import Stage

#: Stage -> the steps that usually come next, in order; the others stand folded below them.
USUAL: Mapping[str, tuple[str, ...]] = {
    Stage.OUTREACH: ("pathway.express_interest", "interview.book"),
    Stage.INTERESTED: ("interview.book", "interview.hold", "training_place.book", "pathway.mark_ready"),
    Stage.CHAT_BOOKED: (),
    Stage.CHATTED: ("training_place.book", "training_place.join_waiting", "pathway.mark_ready", "introduction.draft"),
    Stage.TRAINING_BOOKED: (),
    Stage.IN_TRAINING: (),
    Stage.JOB_READY: ("introduction.draft", "placement.record_own_job"),
    Stage.OFFERED: (),
    Stage.PRE_START: (),
    Stage.IN_WORK: ("pathway.end_follow_up",),
    Stage.LEFT_WORK: ("pathway.restart_search", "introduction.draft", "placement.record_own_job", "pathway.end_follow_up"),
}
#: Of a case that has ended.
AFTER = ("pathway.reopen", "pathway.return")
#: What is owed -> the step on the case that satisfies it: that button stands first.
NEXT_STEP: Mapping[str, str] = {
    TaskKind.BOOK_CHAT: "interview.book",
    TaskKind.REBOOK_CHAT: "interview.book",
    TaskKind.INTRODUCE: "introduction.draft",
    TaskKind.AFTER_LEAVING: "pathway.restart_search",
    TaskKind.REVISIT: "pathway.reopen",
    TaskKind.REVIEW: "pathway.resume",
    TaskKind.END_FOLLOW_UP: "pathway.end_follow_up",
    TaskKind.NEXT_CONTACT: "pathway.express_interest",
}
#: Steps that end, hand over or take back: they stand last.
LAST = (
    "pathway.pause",
    "pathway.hand_over",
    "pathway.unmark_ready",
    "pathway.set_not_now",
    "pathway.withdraw",
    "pathway.close_unreachable",
    "pathway.close_ineligible",
    "pathway.end_follow_up",
    "pathway.void",
)


class Offers:
    """The steps that the door would allow these actors now; each seat is asked by itself, none are put together."""

    def __init__(
        self, case: Pathway, actors: Sequence[Actor], at: datetime, *, conduct: CaseFacts | None = None, beside: Sequence[Pathway] = ()
    ) -> None:
        self.case, self.actors, self.at, self.conduct = case, actors, at, conduct
        self.beside = {each.pk: each for each in beside}

    def on(self, row: Any) -> list[OpenStep]:
        """Steps on a row that is there, asked of the case it hangs on: that may be one which is read with this."""
        case = self.beside.get(getattr(row, "pathway_id", self.case.pk), self.case)
        return _once(step for by in self.actors for step in steps_on(row, case=case, by=by, at=self.at, conduct=self.conduct))

    def on_case(self, owed: str) -> tuple[list[OpenStep], list[OpenStep]]:
        """Steps on the case and steps that make a row on it: those that usually come next, the likeliest first, and the rest."""
        every = self.on(self.case)
        every = _once([*every, *(step for by in self.actors for step in steps_made_on(self.case, by=by))])
        if any(may_return(self.case, by=by) for by in self.actors):
            every.append(OpenStep("return", "pathway", "Start again", f"/people/{self.case.candidate.uuid}/steps/pathway.return/"))
        keyed = {f"{step.machine}.{step.name}": step for step in every}
        usual = USUAL.get(self.case.stage, AFTER)
        first = [name for name in dict.fromkeys((NEXT_STEP.get(owed, ""), *usual)) if name in keyed]
        rest = sorted((name for name in keyed if name not in first), key=lambda name: LAST.index(name) if name in LAST else -1)
        return [keyed[name] for name in first], [keyed[name] for name in rest]


def _once(steps: Iterable[OpenStep]) -> list[OpenStep]:
    return list({step.href: step for step in steps}.values())
