"""A person is not handed back to who must not see them: by an undo, a reopening, a task that is woken, a form or a register."""

import re
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import ConflictBlock, User
from candidates.models import ContactRoute
from pathways.models import ImportRow, ImportRun, InterestPost, Interview, Ownership, Pathway, StageChange, Task
from pathways.queries.imports import rows_page
from pathways.queries.integrity import look_through
from pathways.services import case as cases
from pathways.services import interview
from pathways.services.door import Taken
from pathways.services.task import close_task, reassign_task, wake_task
from pathways.services.undo import undo_step
from tests.factories import user
from tests.pathways.interest_scene import Stall
from tests.pathways.test_conflict_block import Close
from tests.pathways.test_interest_review import LIST, answer, met, waiting, words_of
from tests.pathways.test_scope import at_a_desk
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def last(machine: str, step: str) -> StageChange:
    return StageChange.objects.filter(machine=machine, step=step).latest("id")


def give(scene: Close, to: User) -> None:
    case = Pathway.objects.select_related("programme", "candidate").get(pk=scene.theirs.pk)
    cases.hand_over(case=case, to=to, organisation=scene.delivery, by=scene.by, at=scene.now, taken=Taken(reason="balance"))


def holder_of(scene: Close) -> tuple[Any, list[int]]:
    """Who holds the person, and whose interval says so."""
    rows = Ownership.objects.filter(pathway=scene.theirs, to_on__isnull=True, voided_at__isnull=True)
    return Pathway.objects.values_list("owner", flat=True).get(pk=scene.theirs.pk), list(rows.values_list("user", flat=True))


@pytest.mark.parametrize("blocked", [True, False])
def test_an_undone_handing_over_leaves_the_person_nobodys_when_who_held_them_must_not_see_them(blocked: bool) -> None:
    scene = Close()
    give(scene, scene.colleague)
    give(scene, scene.worker)
    if blocked:
        scene.block()
    undo_step(change=last("pathway", "hand_over"), by=scene.by, at=scene.now)
    assert holder_of(scene) == ((None, []) if blocked else (scene.colleague.pk, [scene.colleague.pk]))
    assert [each.words for _, more in look_through(at=scene.now) for each in more] == []
    if blocked:
        assert "Asha" in signed_in(scene.worker).get("/unclaimed/").content.decode()
        give(scene, scene.worker)
        assert holder_of(scene) == (scene.worker.pk, [scene.worker.pk])


@pytest.mark.parametrize("step", ["move", "cancel"])
def test_an_undone_step_of_a_chat_does_not_bring_back_a_host_who_must_not_see_the_person(step: str) -> None:
    scene = Close()
    when, told = scene.now + timedelta(days=1), {"by": scene.by, "at": scene.now}
    chat = interview.book_chat(case=scene.theirs, when=when, place="x", host=scene.colleague, **told)
    if step == "move":
        interview.move_chat(chat=chat, when=when, place="x", host=scene.worker, **told)
    else:
        interview.cancel_chat(chat=chat, **told)
    scene.block()
    undo_step(change=last("interview", step), **told)
    assert list(Interview.objects.values_list("stage", "host")) == [("booked", None)]


def test_a_task_that_comes_back_is_no_longer_for_who_must_not_see_the_person() -> None:
    scene = Close()
    task = Task.objects.filter(pathway=scene.theirs, state="open", owed_by="worker").first()
    reassign_task(task=task, to=scene.colleague, by=scene.by, at=scene.now)
    close_task(task=task, by=scene.by, at=scene.now)
    scene.block()
    woken = wake_task(task=task, due_on=scene.today, by=scene.by, at=scene.now)
    assert (woken.state, woken.assignee, woken.assigned_under) == ("open", None, None)


def test_a_task_that_an_undo_opens_again_is_no_longer_theirs() -> None:
    scene = Close()
    task = Task.objects.filter(pathway=scene.theirs, state="open", kind="book_chat").get()
    reassign_task(task=task, to=scene.colleague, by=scene.by, at=scene.now)
    interview.book_chat(case=scene.theirs, when=scene.now + timedelta(days=1), place="x", host=scene.worker, by=scene.by, at=scene.now)
    task.refresh_from_db()
    assert task.state == "done"
    scene.block()
    undo_step(change=last("interview", "book"), by=scene.by, at=scene.now)
    task.refresh_from_db()
    assert (task.state, task.assignee) == ("open", None)


@pytest.mark.parametrize("how", ["reopen", "undo", "start_again"])
def test_a_case_that_opens_again_is_nobodys_when_who_held_it_must_not_see_the_person(how: str) -> None:
    scene = Close()
    give(scene, scene.colleague)
    case = Pathway.objects.select_related("programme", "candidate").get(pk=scene.theirs.pk)
    told = {"by": scene.by, "at": scene.now}
    cases.withdraw(case=case, **told)
    scene.block()
    if how == "undo":
        undo_step(change=last("pathway", "withdraw"), **told)
    elif how == "reopen":
        cases.reopen(case=case, **told)
    else:
        again = cases.start_again(previous=case, owner=scene.colleague, **told)
        assert (again.owner, Ownership.objects.filter(pathway=again).count()) == (None, 0)
        return
    assert holder_of(scene) == (None, [])
    assert Pathway.objects.get(pk=case.pk).is_open


def test_a_reopening_that_is_undone_gives_back_what_was_there_and_others_keep_what_they_hold() -> None:
    scene = Close()
    case = Pathway.objects.select_related("programme", "candidate").get(pk=scene.theirs.pk)
    told = {"by": scene.by, "at": scene.now}
    cases.withdraw(case=case, **told)
    cases.reopen(case=case, **told)
    assert holder_of(scene) == (scene.worker.pk, [scene.worker.pk])
    undo_step(change=last("pathway", "reopen"), **told)
    assert Pathway.objects.get(pk=case.pk).stage == "withdrawn"


class TestForms:
    """The list of forms to look at."""

    def test_the_form_of_somebody_whom_a_worker_must_not_see_is_not_there(self) -> None:
        stall = Stall()
        case = met(stall)
        post = waiting()
        other = user("outreach_worker", stall.own, stall.programme)
        browser = signed_in(other)
        assert "A. Yusuf" in browser.get(LIST).content.decode()
        ConflictBlock.objects.create(user=other, person=case.candidate.uuid, reason="x", from_on=stall.today)
        for show in ("known", "doubtful", "left-out"):
            assert "Yusuf" not in browser.get(f"{LIST}?show={show}").content.decode()
        assert "Forms to look at: none" in words_of(browser)
        assert {answer(browser, post, said).status_code for said in ("new", "out", "back", str(case.candidate.uuid))} == {404}
        assert InterestPost.objects.get().state == "review"
        InterestPost.objects.update(candidate=None)
        assert "Yusuf" not in browser.get(f"{LIST}").content.decode(), "their number alone"
        ContactRoute.objects.update(ended_on=stall.today)
        assert "Yusuf" in browser.get(f"{LIST}?show=doubtful").content.decode(), "nobody's: anybody looks at it"

    def test_a_partners_worker_does_not_learn_whose_number_the_programme_holds(self) -> None:
        stall = Stall()
        met(stall)
        known = waiting(name="Bo Lee")
        InterestPost.objects.filter(pk=known.pk).update(name="Somebody")
        browser = signed_in(stall.partners_worker)
        assert "Somebody" not in browser.get(f"{LIST}?show=known").content.decode()
        told = row_of(browser)
        assert "We cannot tell whose this is" in told
        assert numbers(browser) == ["0", "1", "0"]
        InterestPost.objects.filter(pk=known.pk).update(state="held", suspect="trap", candidate=None)
        assert row_of(browser) == told
        assert numbers(browser) == ["0", "1", "0"]
        InterestPost.objects.filter(pk=known.pk).update(reach="07700900999")
        assert "Filled in a field" in signed_in(stall.lead).get(f"{LIST}?show=doubtful").content.decode()
        InterestPost.objects.filter(pk=known.pk).update(state="review", suspect="", candidate=Pathway.objects.get().candidate)
        assert "It is Amina Yusuf" in signed_in(stall.worker).get(LIST).content.decode()
        assert "It is Amina Yusuf" in signed_in(stall.lead).get(LIST).content.decode()


def row_of(browser: Any) -> str:
    """The one row among the doubtful, without what is drawn anew for each page."""
    page = browser.get(f"{LIST}?show=doubtful").content.decode()
    row = page[page.index("Somebody") : page.index("New person")]
    return re.sub(r'name="(csrf\w+|once)" value="[^"]*"', "", row)


def numbers(browser: Any) -> list[str]:
    page = browser.get(f"{LIST}?show=doubtful").content.decode()
    kinds = page.split('class="govuk-list kinds"')[1].split("</ul>")[0]
    return re.findall(r"</(?:a|b)>: (\d+)</li>", kinds)


def test_a_row_of_a_register_that_is_somebody_kept_from_the_lead_is_no_other_rows_twin() -> None:
    scene = Close()
    run = ImportRun.objects.create(
        organisation=scene.delivery, programme=scene.programme, by=scene.lead, file_name="x.csv", file_digest="x", created_at=scene.now
    )
    twin = {"first_name": "Asha", "last_name": "Away", "phone": "+447700900321"}
    ImportRow.objects.create(run=run, number=1, verdict="create", fields=twin, pathway=scene.theirs)
    option = {"code": "same", "words": "The same person as this row", "effect": {"twin": ["", 1]}}
    asked = {"questions": [{"question": "Who is this?", "options": [option], "answer": ""}], "first_name": "A"}
    ImportRow.objects.create(run=run, number=2, verdict="decide", fields=asked)
    assert "Asha" in str(rows_page(run, show="questions", after=None, user=at_a_desk(scene.lead))[1])
    ConflictBlock.objects.create(user=scene.lead, person=scene.theirs.candidate.uuid, reason="x", from_on=scene.today)
    told = str(rows_page(run, show="questions", after=None, user=at_a_desk(scene.lead))[1])
    assert "Asha" not in told
    assert "900321" not in told
