"""An objection to the equality questions holds for the person, whichever of their records it was made on; a paper form is keyed once."""

from datetime import timedelta

import pytest

from accounts.models import Audit
from candidates.models import EqualityAnswer, EqualityObjection
from pathways.models import ImportRow, Pathway
from pathways.services import questions
from pathways.services.imports.person import fill_person
from pathways.services.merging import unmerge
from tests.pathways.test_merging import Two
from tests.pathways.test_questions import Phone, kept, paper
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def says(case: Pathway, said: str = "female") -> Phone:
    """Answers one question from the page of thanks of this case."""
    phone = Phone(case.uuid)
    phone.fields["page"] = "sex"
    phone.answer(said)
    return phone


def objected() -> set[int]:
    return set(EqualityObjection.objects.values_list("candidate", flat=True))


def test_whoever_objected_on_one_record_is_not_asked_on_another() -> None:
    scene = Two()
    Phone(scene.behind.uuid).press("object")
    scene.merge()
    worker = signed_in(scene.worker)
    page = worker.get(f"/people/{scene.ahead.candidate.uuid}/questions/").content.decode()
    assert ("does not want to be asked" in page, "Record once" in page) == (True, False)
    assert (paper(worker, scene.ahead, sex="male").status_code, kept(scene.ahead)) == (409, {})
    says(scene.ahead)
    assert kept(scene.ahead) == {}


def test_nor_does_a_register_answer_for_them() -> None:
    scene = Two()
    Phone(scene.behind.uuid).press("object")
    row = ImportRow(fields={"answers": {"sex": ["value", "male", ""]}})
    scene.merge()
    fill_person(row, scene.ahead.candidate, by=scene.by, at=scene.now)
    assert EqualityAnswer.objects.count() == 0
    fill_person(row, scene.open().candidate, by=scene.by, at=scene.now)
    assert EqualityAnswer.objects.count() == 1


@pytest.mark.parametrize("through", ["ahead", "behind"])
def test_an_objection_takes_the_answers_of_every_record_and_blocks_each(through: str) -> None:
    scene = Two()
    beside = scene.open(first="Somebody", last="Else")
    for case in (scene.ahead, scene.behind, beside):
        says(case)
    row = scene.merge()
    Phone(getattr(scene, through).uuid).press("object")
    assert [kept(case) for case in (scene.ahead, scene.behind)] == [{}, {}]
    assert objected() == {scene.ahead.candidate_id, scene.behind.candidate_id}
    assert kept(beside) == {"sex": ("value", "female", "")}
    unmerge(merge=row, by=scene.lead_by, at=scene.now + timedelta(hours=1))
    says(scene.behind)
    assert kept(scene.behind) == {}
    assert Audit.objects.filter(action="equality.object").count() == 1


def test_an_objection_of_one_is_theirs_alone_again_when_they_are_two() -> None:
    scene = Two()
    Phone(scene.behind.uuid).press("object")
    scene.apart(scene.merge())
    says(scene.ahead)
    says(scene.behind)
    assert (kept(scene.ahead), kept(scene.behind)) == ({"sex": ("value", "female", "")}, {})
    assert [questions.may_be_asked(case.candidate) for case in (scene.ahead, scene.behind)] == [True, False]


def test_a_paper_form_is_keyed_once_for_the_person() -> None:
    scene = Two()
    worker = signed_in(scene.worker)
    assert paper(worker, scene.behind, sex="male").status_code == 302
    assert questions.paper_keyed(scene.ahead.candidate) is None
    scene.merge()
    page = worker.get(f"/people/{scene.ahead.candidate.uuid}/questions/").content.decode()
    assert "Record once" not in page
    assert (paper(worker, scene.ahead, sex="female").status_code, kept(scene.ahead)) == (409, {})
    assert questions.paper_keyed(scene.ahead.candidate) == scene.today
