"""Ten faults of ten kinds, planted by SQL as the owner with triggers off: each is found, with a link and what to do; a year has none."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from pathways.models import Pathway, StageChange
from pathways.queries.integrity import look_through
from pathways.services.integrity import keep_findings
from pathways.simulation.door import let_texts_arrive, load_through_the_door
from pathways.simulation.rates import Rates
from pathways.simulation.telling import simulate
from pathways.simulation.world import found_world
from places.services.invented import load_invented
from tests.factories import AT
from tests.pathways.test_integrity import House, house
from tests.signing_in import signed_in

__all__ = ["house"]

#: Kind -> what somebody with the owner's rights does to the rows. {met}, {booked}... are cases and rows of the house.
PLANTED = {
    "stage_unlike_log": "UPDATE pathways_interview SET stage = 'missed' WHERE id = {chat}",
    "log_jumps": """
        UPDATE pathways_task SET opened_by_id = NULL WHERE opened_by_id = {drafted};
        DELETE FROM pathways_stagechange WHERE id = {drafted}
    """,
    "log_astray": "UPDATE pathways_stagechange SET pathway_id = {met} WHERE machine = 'interview' AND subject_id = {chat}",
    "day_to_come": "UPDATE pathways_stagechange SET happened_on = '2026-11-24' WHERE machine = 'interview' AND subject_id = {chat}",
    "unlike_facts": """
        UPDATE pathways_interview SET stage = 'cancelled' WHERE id = {chat};
        UPDATE pathways_stagechange SET to_stage = 'cancelled' WHERE machine = 'interview' AND subject_id = {chat}
    """,
    "live_on_closed": """
        UPDATE pathways_introduction SET stage = 'considering' WHERE pathway_id = {withdrawn};
        UPDATE pathways_stagechange SET to_stage = 'considering'
            WHERE machine = 'introduction' AND pathway_id = {withdrawn} AND step = 'withdraw'
    """,
    "two_open": """
        DROP INDEX pathway_one_open;
        UPDATE pathways_pathway SET person_key = (SELECT person_key FROM pathways_pathway WHERE id = {booked}) WHERE id = {met}
    """,
    "merge_astray": "UPDATE pathways_pathway SET read_with = ARRAY[{booked}] WHERE id = {met}",
    "check_without_start": """
        ALTER TABLE pathways_placement DROP CONSTRAINT placement_in_post_has_first_day;
        UPDATE pathways_placement SET first_day = NULL WHERE id = {job}
    """,
    "owed_on_closed": "UPDATE pathways_task SET state = 'open' WHERE pathway_id = {withdrawn} AND kind = 'book_chat'",
    "text_stuck": """
        UPDATE outreach_message SET state = 'sending', lease_until = '2026-11-20 09:00+00' WHERE id =
            (SELECT min(m.id) FROM outreach_message AS m JOIN pathways_pathway AS p USING (candidate_id))
    """,
    "text_astray": """
        UPDATE outreach_message SET written_for = gen_random_uuid() WHERE id =
            (SELECT min(m.id) FROM outreach_message AS m JOIN pathways_pathway AS p USING (candidate_id))
    """,
}
TABLES = ("pathways_stagechange", "pathways_interview", "pathways_introduction", "pathways_pathway", "pathways_placement", "pathways_task")


def plant(kind: str, house: House) -> None:
    """With triggers off, past every rule."""
    drafted = StageChange.objects.get(machine="introduction", subject_id=house.introduction.pk, step="draft")
    rows = {name: getattr(house, name).pk for name in ("met", "booked", "withdrawn", "chat", "job")}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in PLANTED[kind].format(**rows, drafted=drafted.pk).split(";"):
            cursor.execute(statement)
            assert cursor.rowcount != 0, statement


@pytest.mark.django_db
def test_each_of_the_planted_faults_is_found_with_a_link_and_what_to_do(house: House) -> None:
    lead = signed_in(house.world.lead)
    found: set[str] = set()
    for kind in PLANTED:
        with transaction.atomic():
            plant(kind, house)
            said = [each for _, more in look_through(at=AT) for each in more]
            found |= {each.kind for each in said if each.kind == kind}
            keep_findings(found=said, at=AT)
            page = lead.get("/integrity/").content.decode()
            linked = re.findall(r'<a class="govuk-link" href="(/people/[0-9a-f-]{36}/)">[^<]+</a>: ', page)
            assert len(linked) == len(said), kind
            assert {lead.get(href).status_code for href in linked} == {200}, kind
            advice = [re.search(r'<p class="govuk-body">[A-Z][^<]{30,}\.</p>', part) for part in page.split('<section class="panel')[1:]]
            assert len(advice) >= 1, kind
            assert all(advice), kind
            transaction.set_rollback(True)
    assert found == set(PLANTED)
    assert [each for _, more in look_through(at=AT) for each in more] == []


@pytest.mark.slow("integrity")
@pytest.mark.django_db(transaction=True)
def test_nothing_is_found_in_a_simulated_year() -> None:
    load_invented()
    at = datetime(2026, 11, 23, 17, tzinfo=UTC)
    story = simulate(seed=23, people=200, months=12, as_of=at, rates=Rates(come_back=0.3, unknown_last_day=0.3, restart=0.6, moves=0.2))
    world = found_world(story, code="year", name="A year", at=at)
    load_through_the_door(story.people, world=world)
    let_texts_arrive(world=world)
    assert Pathway.objects.count() >= 190
    assert [each for _, more in look_through(at=at + timedelta(hours=1)) for each in more] == []
    said = io.StringIO()
    call_command("check_integrity", as_of=at.date(), stdout=said)
    assert "Nothing disagrees" in said.getvalue()
