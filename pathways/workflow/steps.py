"""How a step is declared. Buttons, forms, guards, the drawn docs and the door all read this and nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models

#: Who may take a step. A step open to a candidate or an employer may be taken by a worker on their word.
CANDIDATE, WORKER, EMPLOYER, TRAINER, LEAD, SYSTEM = "candidate", "worker", "employer", "trainer", "lead", "system"

#: The state of a row that is not there yet: the database refuses to store it.
NEW = "new"
VOID = "void"
#: The target of a step that writes something and moves nothing.
STAYS = "stays"


@dataclass(frozen=True)
class Step:
    """One declared step: its words, who takes it, which coded fields it writes, and what must hold."""

    name: str
    method: str
    label: str
    who: tuple[str, ...]
    writes: tuple[str, ...]
    child: bool
    guard: Callable[[Any], str | None] | None
    reason_kinds: tuple[str, ...]
    sources: tuple[str, ...]
    target: str
    doc: str

    @property
    def makes_row(self) -> bool:
        """Whether taking it makes a new row, and so happens on the parent."""
        return self.sources == (NEW,)

    @property
    def by_people(self) -> bool:
        """Whether a person may take it at all."""
        return not self.child and any(party != SYSTEM for party in self.who)


@dataclass(frozen=True)
class Flags:
    """What each stage means to the rest of the house. Every stage of every chart carries all of them."""

    open: bool
    in_work: bool = False
    visible_to_employer: bool = False
    closes_on_accept: bool = False
    owes: str = WORKER
    to_candidate: str = field(default="")


def step(
    *,
    who: tuple[str, ...] = (),
    writes: tuple[str, ...] = (),
    label: str = "",
    child: bool = False,
    guard: Callable[[Any], str | None] | None = None,
    reason_kinds: tuple[str, ...] = (),
    name: str = "",
) -> dict[str, Any]:
    """The `custom` part of a transition: who may take it, what it writes, what its button says.

    `child` marks a step that only another step brings about. `guard` takes CaseFacts and returns a sentence or None.
    `reason_kinds` name the dated lists of reasons that the step asks from. `name` is given where Python keeps the word for itself.
    """
    return {"name": name, "who": who, "writes": writes, "label": label, "child": child, "guard": guard, "reason_kinds": reason_kinds}


def steps_of(chart: type[models.Model]) -> Iterator[Step]:
    """Each step that a chart declares, in the order written."""
    for name in _declared(chart):
        method = getattr(chart, name)
        transitions = list(method._django_fsm.transitions.values())
        first = transitions[0]
        said = first.custom
        target = STAYS if first.target is None else first.target if isinstance(first.target, str) else "follows"
        yield Step(
            name=said["name"] or name,
            method=name,
            label=said["label"] or name.replace("_", " ").capitalize(),
            who=said["who"],
            writes=said["writes"],
            child=said["child"],
            guard=said["guard"],
            reason_kinds=said["reason_kinds"],
            sources=tuple(str(each.source) for each in transitions),
            target=str(target),
            doc=(method.__doc__ or "").strip(),
        )


def _declared(chart: type[models.Model]) -> list[str]:
    seen: dict[str, None] = {}
    for parent in reversed(chart.__mro__):
        for name, value in vars(parent).items():
            if hasattr(value, "_django_fsm"):
                seen[name] = None
    return list(seen)
