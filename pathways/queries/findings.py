"""The nightly findings as a lead reads them: what does not agree, on whose case, and what to do about it."""

from dataclasses import dataclass
from datetime import datetime

from ground.models import JobRun
from pathways.models import FindingKind
from pathways.scope import findings

#: So many of one kind are shown; the rest are counted.
SHOWN = 50

K = FindingKind
#: What a lead does about each kind of finding.
ADVICE: dict[str, str] = {
    K.STAGE_UNLIKE_LOG: "Nobody can set a stage from a page. Tell whoever runs this service: rows were changed past the door.",
    K.LOG_JUMPS: "A row is missing from the log. Tell whoever runs this service; figures of this case may be wrong.",
    K.LOG_ASTRAY: "Tell whoever runs this service; this step is counted, but its row is gone.",
    K.DAY_TO_COME: "Open the person's page, undo the step and take it again with the right day.",
    K.UNLIKE_FACTS: "Open the person's page and look through the timeline. The next step taken puts the stage right; if none is due,"
    " tell whoever runs this service.",
    K.LIVE_ON_CLOSED: "Open the person's page: reopen the case, or enter what is still live as an error.",
    K.TWO_OPEN: "Open the person's page and close one of the two cases, or enter one as an error.",
    K.MERGE_ASTRAY: "Open the merges under Duplicates and tell the two apart; if that is refused, tell whoever runs this service.",
    K.CHECK_WITHOUT_START: "Open the person's page: record the first day of the job, or enter the job as an error.",
    K.OWED_ON_CLOSED: "Open the person's page and tick it off.",
    K.IMPORT_SUM: "Open the import and compare its rows with the file. If they differ, send the file again: what is in stays as it is.",
    K.TEXT_STUCK: "The person may not have been told. Ring them, and tell whoever runs this service.",
    K.TEXT_ASTRAY: "Open the person's page and see whether they were told something wrong; tell whoever runs this service.",
    K.UNDECLARED: "Tell whoever runs this service: access packs and erasure are built from these words.",
}


@dataclass(frozen=True)
class FindingRow:
    """One finding on the page."""

    words: str
    called: str
    href: str


@dataclass(frozen=True)
class FindingGroup:
    """Findings of one kind."""

    heading: str
    advice: str
    rows: list[FindingRow]
    more: int


@dataclass(frozen=True)
class FindingsPage:
    """What the page shows: when the last look ended, and what it found."""

    looked_at: datetime | None
    groups: list[FindingGroup]


def findings_page(user: object) -> FindingsPage:
    """Last night's findings that this lead may see, in the order of their kinds: two queries."""
    looked = (
        JobRun.objects.filter(job="integrity", state=JobRun.State.DONE)
        .order_by("-finished_at")
        .values_list("finished_at", flat=True)
        .first()
    )
    gathered: dict[str, list[FindingRow]] = {}
    for one in findings(user).select_related("pathway__candidate").order_by("kind", "pk"):
        person = one.pathway.candidate if one.pathway is not None else None
        href = f"/people/{person.uuid}/" if person is not None else ("/imports/" if one.kind == K.IMPORT_SUM else "")
        gathered.setdefault(one.kind, []).append(FindingRow(one.words, person.name if person is not None else "", href))
    groups = [
        FindingGroup(str(K(kind).label), ADVICE[kind], rows[:SHOWN], max(len(rows) - SHOWN, 0))
        for kind in K.values
        if (rows := gathered.get(kind, []))
    ]
    return FindingsPage(looked, groups)
