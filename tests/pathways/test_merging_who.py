"""Who may say that two records are one person, who is told that they said so, and what the nightly look finds of faults."""

import pytest
from django.db import connection

from accounts.desk import desk_of
from accounts.models import Audit, ConflictBlock
from ground.door import NotYours
from pathways.models import Pathway
from pathways.queries.integrity import look_through
from pathways.queries.merging import may_merge
from pathways.services import case as cases
from pathways.services import placement
from tests.factories import organisation, partner, user
from tests.pathways.test_merging import Two
from tests.pathways.test_scope import at_a_desk

pytestmark = pytest.mark.django_db


def test_a_worker_may_while_no_job_and_no_other_organisation_is_in_it_and_proposes_else() -> None:
    scene = Two()
    one, other = scene.ahead.candidate, scene.behind.candidate
    worker, lead, trust = (at_a_desk(each) for each in (scene.worker, scene.lead, scene.employer))
    assert desk_of(worker) is not None
    assert [may_merge(each, one, other) for each in (worker, lead, trust)] == ["merge", "merge", "no"]
    job = placement.record_own_job(
        case=scene.ahead, employer_words="A bakery", job={"title": "Baker"}, start_on=scene.today, by=scene.by, at=scene.now
    )
    assert [may_merge(each, one, other) for each in (worker, lead)] == ["propose", "merge"]
    with pytest.raises(NotYours):
        scene.merge(by=scene.by)
    placement.void_job(placement=job, by=scene.lead_by, at=scene.now)
    assert may_merge(worker, one, other) == "merge"
    elsewhere = partner(scene.programme, organisation("delivery"))
    Pathway.objects.filter(pk=scene.behind.pk).update(organisation=elsewhere, owner=user("outreach_worker", elsewhere, scene.programme))
    assert [may_merge(each, one, other) for each in (worker, lead)] == ["no", "merge"]
    Pathway.objects.filter(pk=scene.behind.pk).update(owner=None)
    assert may_merge(worker, one, other) == "propose"


def test_whoever_must_not_see_one_of_them_has_no_say() -> None:
    scene = Two()
    ConflictBlock.objects.create(user=scene.lead, person=scene.behind.candidate.uuid, reason="x", from_on=scene.today)
    assert may_merge(at_a_desk(scene.lead), scene.ahead.candidate, scene.behind.candidate) == "no"


def test_both_acts_are_written_down_with_whose_record_it_is() -> None:
    scene = Two()
    row = scene.merge()
    scene.apart(row)
    rows = Audit.objects.filter(action__in=["person.merge", "person.unmerge"]).order_by("id")
    assert [(each.action, each.actor, each.object, each.person) for each in rows] == [
        ("person.merge", scene.lead, row.uuid, scene.ahead.candidate.uuid),
        ("person.unmerge", scene.lead, row.uuid, scene.ahead.candidate.uuid),
    ]


# -- what does not agree is found --------------------------------------------------------------------------------------------------

#: What somebody with the owner's rights does to the rows, and what the nightly look says of it.
PLANTED = {
    "UPDATE pathways_pathway SET person_key = gen_random_uuid() WHERE id = {behind}": "counted as two people",
    "UPDATE pathways_pathway SET person_key = (SELECT person_key FROM pathways_pathway WHERE id = {ahead}) WHERE id = {third}": (
        "no merge says"
    ),
    "UPDATE pathways_pathway SET merged_into_id = NULL WHERE id = {behind}": "names no case that goes on",
    "UPDATE pathways_pathway SET merged_into_id = {third} WHERE id = {behind}": "another person or programme",
    "UPDATE pathways_pathway SET merged_into_id = {ahead} WHERE id = {third}": "yet was not merged",
    "UPDATE pathways_pathway SET read_with = ARRAY[]::bigint[] WHERE id = {ahead}": "not those that were merged",
    "UPDATE candidates_merge SET ended_at = now()": "no merge says",
}


@pytest.mark.parametrize("fault", list(PLANTED))
def test_each_fault_that_somebody_plants_past_every_rule_is_found(fault: str) -> None:
    scene = Two()
    third = scene.open(interested=False)
    cases.withdraw(case=third, by=scene.by, at=scene.now)
    scene.merge()
    scene.sound()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE pathways_pathway DISABLE TRIGGER USER")
        cursor.execute(fault.format(ahead=scene.ahead.pk, behind=scene.behind.pk, third=third.pk))
        assert cursor.rowcount == 1
    found = [each.words for _, more in look_through(at=scene.now) for each in more if each.kind == "merge_astray"]
    assert any(PLANTED[fault] in words for words in found), found
