"""Life stories of the simulator read as starts, without a database, for figures over hundreds of seeds; and the day they are read on."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from analytics.figures.retention import Check, Start
from ground.clock import move_on, read_clock, today_london
from pathways.simulation.employment import due_days
from pathways.simulation.story import Deed, PersonStory


def not_before(at: datetime) -> None:
    """Let the clock of the pages stand after a moment, whatever the day is on which the tests run."""
    behind = (today_london(at) - today_london(read_clock())).days
    if behind >= 0:
        move_on(behind + 1)


def starts_of(people: Iterable[PersonStory], as_of: datetime) -> list[Start]:
    """Each job that began, with its checks as they stand on the day of `as_of`."""
    return [start for person in people for start in _jobs(person, as_of)]


def _jobs(person: PersonStory, as_of: datetime) -> Iterator[Start]:
    today = today_london(as_of)
    for begun in person.deeds:
        if begun.verb not in {"start", "own_job"}:
            continue
        job, recorded = begun.how["job"], today_london(begun.at)
        first_day = begun.how.get("first_day", recorded)
        told = [deed for deed in person.deeds if deed.how.get("job") == job]
        answers = {deed.how["milestone"]: deed.how for deed in told if deed.verb == "answer"}
        last_day = next((deed.how["last_day"] for deed in told if deed.verb in {"leave", "answer"} and deed.how["last_day"]), None)
        checks = []
        for code, due, window in due_days(first_day):
            closes = max(due, recorded) + timedelta(days=window)
            state = "scheduled" if today < due else "asking" if today <= closes else "unknown"
            if code in answers:
                said = answers[code]
                stayed = said["in_post"] or (said["last_day"] is not None and said["last_day"] >= due)
                state = "confirmed" if stayed else "not_in_post"
            elif last_day is not None and last_day < due <= today and _known(told, due):
                state = "not_in_post"
            checks.append(Check(code, due, closes, state))
        yield Start(
            person=UUID(int=person.number),
            first_day=first_day,
            checks=tuple(checks),
            ended="left" if last_day else "",
            last_day=last_day,
            placement=person.number * 10 + job,
        )


def _known(told: list[Deed], due: date) -> bool:
    """Whether the end of the job was known when a check fell due."""
    return any(deed.verb in {"leave", "answer"} and deed.how["last_day"] and today_london(deed.at) <= due for deed in told)
