"""The agreed table, typed by hand, against what a real post does for each role, and which buttons each role's page shows."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test import Client

from ground.once import new_once
from pathways.models import MACHINES, Pathway, StageChange
from pathways.queries.steps import FOLDERS
from tests.pathways.standings import STANDINGS, standing
from tests.pathways.step_trials import TRIALS
from tests.pathways.table_of_steps import MADE_ON_A_CASE, ROLES, begun_on, may, sees, whose
from tests.pathways.test_drawing import agreed
from tests.signing_in import signed_in

STAFF = ("worker", "lead")
POSTED = {trial.step: trial.data for trial in TRIALS}
#: One stage of each chart where much is open, or something is hidden from somebody.
SOME = [
    "pathway chatted, no interest yet",
    "interview booked, its time has passed",
    "interview booked, hosted by an employer",
    "training_place booked",
    "introduction offered",
    "placement in_post",
    "pre_employment_check in_progress",
    "retention_check unknown",
]


def test_there_is_a_row_at_every_stage_of_every_chart() -> None:
    stages = {f"{machine} {stage}" for machine, model in MACHINES.items() for stage, _ in model._meta.get_field("stage").choices}
    assert {name.partition(",")[0] for name in STANDINGS} == stages


class Look:
    """One row where it stands, tried by everybody."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.scene, self.row = standing(name)
        self.machine = self.row.machine
        self.case = self.row if isinstance(self.row, Pathway) else Pathway.objects.get(pk=self.row.pathway_id)
        self.browsers: dict[str, Client] = {role: signed_in(getattr(self.scene, role)) for role in ROLES}
        self.changes = StageChange.objects.count()
        self.table = agreed(self.machine)

    def differences(self) -> list[str]:
        """Sentences on whatever is not as it was agreed."""
        return [each for role in ROLES for look in (self._steps, self._begun, self._buttons) for each in look(role)]

    def _steps(self, role: str) -> Iterator[str]:
        """Every step of the chart, the clock's and the other steps' too."""
        for step in sorted({step for steps in self.table.values() for step in steps}):
            status = self._posted(role, self._address(step), f"{self.machine}.{step}")
            if status not in (wanted := self._wanted(role, step)):
                yield f"{role} posts {step} at {self.name}: {status}, not {sorted(wanted)}"

    def _wanted(self, role: str, step: str) -> set[int]:
        """Taken; nothing there, for somebody out of whose sight it is; no such page; not theirs; or not open, in words."""
        if may(role, step, self.name):
            return {302}
        if not sees(role, self.name):
            return {403, 404}
        letters = {letter for steps in self.table.values() for letter in steps.get(step, "")}
        begins = step not in {each for stage, steps in self.table.items() if stage != "new" for each in steps}
        if begins or not letters - {"S", "-"}:
            return {404} if step != "return" or role not in STAFF else {409}
        return {409, 422} if letters & set(ROLES[role]) else {403}

    def _begun(self, role: str) -> Iterator[str]:
        if self.machine != "pathway":
            return
        open_now = begun_on(self.name)
        for machine in MADE_ON_A_CASE:
            for step, letters in agreed(machine)["new"].items():
                status = self._posted(role, f"/pathways/{self.case.uuid}/steps/{machine}.{step}/", f"{machine}.{step}")
                taken, theirs = f"{machine}.{step}" in open_now, set(letters) & set(ROLES[role])
                wanted = {403, 404} if role not in STAFF else {404} if not theirs else {302} if taken else {409}
                if status not in wanted:
                    yield f"{role} posts {machine}.{step} on {self.name}: {status}, not {sorted(wanted)}"

    def _address(self, step: str) -> str:
        if step == "return":
            return f"/people/{self.case.candidate.uuid}/steps/pathway.return/"
        return f"/{FOLDERS[self.machine]}/{self.row.uuid}/steps/{step}/"

    def _posted(self, role: str, path: str, step: str) -> int:
        """The answer to a sound form. What is refused has written nothing; afterwards nothing has happened at all."""
        data = POSTED[step](self.scene) if step in POSTED else {}
        with transaction.atomic():
            answer = self.browsers[role].post(path, {"version": self.row.version, "once": new_once(), **data})
            if answer.status_code >= 400:
                assert StageChange.objects.count() == self.changes, (role, path)
            with connection.cursor() as cursor:  # what the database would say at commit
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            transaction.set_rollback(True)
        return answer.status_code

    def _buttons(self, role: str) -> Iterator[str]:
        shown = self._shown(role)
        wanted = {step for step in [*whose(self.name), "return"] if may(role, step, self.name)}
        if role in STAFF:
            wanted |= {step for step, letters in begun_on(self.name).items() if set(letters) & set(ROLES[role])}
        if shown != wanted:
            yield f"{role} at {self.name}: shown and not agreed {sorted(shown - wanted)}, agreed and not shown {sorted(wanted - shown)}"

    def _shown(self, role: str) -> set[str]:
        """Steps on this row that the role's pages lead to."""
        text = "".join(self._page(role, path) for path in self._pages(role))
        on_row = re.findall(rf"/{FOLDERS[self.machine]}/{self.row.uuid}/steps/([a-z_.]+)/", text)
        return {*on_row, *re.findall(rf"/people/{self.case.candidate.uuid}/steps/pathway\.(return)/", text)}

    def _pages(self, role: str) -> list[str]:
        if role in STAFF:
            return [f"/people/{self.case.candidate.uuid}/?case={self.case.uuid}"]
        if self.machine == "training_place":
            return [f"/courses/{self.row.course.uuid}/"]
        if self.machine == "retention_check":
            return ["/still-here/", f"/placements/{self.row.placement.uuid}/"]
        return [f"/{FOLDERS[self.machine]}/{self.row.uuid}/"] if self.machine in FOLDERS else []

    def _page(self, role: str, path: str) -> str:
        answer = self.browsers[role].get(path)
        return answer.content.decode() if answer.status_code == 200 else ""


@pytest.mark.django_db
@pytest.mark.parametrize("name", SOME)
def test_what_a_post_does_and_what_a_page_shows_is_what_was_agreed(name: str) -> None:
    assert "\n".join(Look(name).differences()) == ""


@pytest.mark.slow("table")
@pytest.mark.django_db
@pytest.mark.parametrize("name", list(STANDINGS))
def test_at_every_stage_of_every_chart_each_step_is_whose_it_was_agreed_to_be(name: str) -> None:
    assert "\n".join(Look(name).differences()) == ""
