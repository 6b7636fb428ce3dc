"""The caseload: filters in the address, sorting, pages, the same rows as a file, an empty list."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit, SignIn
from candidates.models import Address, AddressPlace, ContactRoute
from ground.clock import real_now
from pathways.models import Pathway
from pathways.queries import caseload
from pathways.services import case as cases
from pathways.services.contact import log_contact
from places.choices import EditionKind
from places.models import Authority, Edition, Ward
from tests.factories import organisation, partner, person, user
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def names(browser: Client, asked: str = "") -> list[str]:
    return [row.name for row in browser.get(f"/caseload/{asked}").context["rows"]]


def test_an_empty_caseload_says_how_to_begin() -> None:
    browser = signed_in(Scene().worker)
    assert "Nobody is on your caseload yet" in browser.get("/caseload/").content.decode()
    assert "Nobody fits these filters" in browser.get("/caseload/?stage=in_work").content.decode()


def test_filters_stand_in_the_address() -> None:
    scene = Scene()
    interested = scene.open()
    ready = scene.ready()
    withdrawn = scene.withdrawn()
    working = scene.due().pathway
    Pathway.objects.filter(pk=ready.pk).update(families=[scene.family.code])
    browser = signed_in(scene.worker)
    called = {case: case.candidate.name for case in (interested, ready, withdrawn, working)}
    assert set(names(browser)) == {called[interested], called[ready], called[working]}
    assert names(browser, "?stage=withdrawn") == [called[withdrawn]]
    assert names(browser, "?phase=retention") == [called[working]]
    assert names(browser, "?phase=ended") == [called[withdrawn]]
    assert names(browser, f"?family={scene.family.code}") == [called[ready]]
    assert names(browser, f"?owner={scene.colleague.uuid}&whose=team") == []
    assert set(names(browser, "?owed=worker&due=overdue")) == {called[interested], called[ready], called[working]}
    assert names(browser, "?owed=employer") == []
    assert names(browser, "?due=none") == []
    assert len(names(browser, "?heard=never")) == 3
    assert len(names(browser, "?stage=no_such_stage&owner=x&whose=y&sort=z")) == 3


def test_only_what_was_heard_lately_is_not_quiet() -> None:
    scene = Scene()
    old = scene.case(at=scene.now - timedelta(days=40))
    heard = scene.case(at=scene.now - timedelta(days=40))
    log_contact(case=heard, channel="call", outcome="spoke", by=scene.by, at=scene.now)
    browser = signed_in(scene.worker)
    assert names(browser, "?heard=quiet") == [old.candidate.name]
    row = next(row for row in browser.get("/caseload/").context["rows"] if row.name == heard.candidate.name)
    assert row.note == "Spoke today"


def test_people_of_a_ward() -> None:
    scene = Scene()
    edition = Edition.objects.create(kind=EditionKind.WARDS, name="Tests", as_of=scene.today)
    council, _ = Authority.objects.get_or_create(code="E08000025", defaults={"name": "Birmingham"})
    ward = Ward.objects.create(
        code="E05099999", name="Testfield", authority=council, edition=edition, valid_from=scene.today - timedelta(days=9)
    )
    there, elsewhere = scene.open(), scene.open()
    home = Address.objects.create(candidate=there.candidate, postcode="B31 2AA")
    AddressPlace.objects.create(address=home, edition="Tests", state="found", ward_code=ward.code, looked_up_on=scene.today)
    browser = signed_in(scene.worker)
    assert names(browser, "?ward=E05099999") == [there.candidate.name]
    assert set(names(browser)) == {there.candidate.name, elsewhere.candidate.name}


def test_whose() -> None:
    scene = Scene()
    mine = scene.open()
    nobodys = cases.new_case(
        candidate=person(scene.delivery), programme=scene.programme, organisation=scene.delivery, opened_on=scene.today
    )
    cases.express_interest(case=nobodys, by=scene.lead_by, at=scene.now)
    other = partner(scene.programme, organisation("delivery"))
    theirs = cases.new_case(
        candidate=person(other),
        programme=scene.programme,
        organisation=other,
        owner=user("outreach_worker", other, scene.programme),
        opened_on=scene.today,
    )
    cases.express_interest(case=theirs, by=scene.lead_by, at=scene.now)
    worker, lead = signed_in(scene.worker), signed_in(scene.lead)
    assert names(worker) == [mine.candidate.name]
    assert set(names(worker, "?whose=team")) == {mine.candidate.name, nobodys.candidate.name}
    assert set(names(worker, "?whose=all")) == {mine.candidate.name, nobodys.candidate.name}
    everybody = {mine.candidate.name, nobodys.candidate.name, theirs.candidate.name}
    assert (set(names(lead)), set(names(lead, "?whose=me"))) == (everybody, set())
    assert names(lead, "?owner=nobody") == [nobodys.candidate.name]


def test_sorting_is_the_list_in_another_order() -> None:
    scene = Scene()
    zara = scene.case(first="Zara", last="A", at=scene.now - timedelta(days=30))
    adam = scene.case(first="Adam", last="Z", at=scene.now - timedelta(days=3))
    cases.mark_ready(case=adam, by=scene.by, at=scene.now, taken=cases.Taken(reason="has_experience"))
    log_contact(case=zara, channel="call", outcome="spoke", by=scene.by, at=scene.now)
    browser = signed_in(scene.worker)
    orders = {sort: [name.split()[0] for name in names(browser, f"?sort={sort}")] for sort in caseload.ORDERS}
    assert orders == {
        "due": ["Zara", "Adam"],
        "name": ["Adam", "Zara"],
        "waiting": ["Zara", "Adam"],
        "heard": ["Adam", "Zara"],
        "stage": ["Zara", "Adam"],
    }


def test_whoever_is_in_work_waits_for_nothing_and_stands_last_among_those_who_wait() -> None:
    scene = Scene()
    job = scene.job(started=True)
    Pathway.objects.filter(pk=job.pathway_id).update(stage_since=scene.today - timedelta(days=300))
    waits = scene.case(at=scene.now - timedelta(days=3))
    browser = signed_in(scene.worker)
    assert names(browser, "?sort=waiting") == [waits.candidate.name, job.pathway.candidate.name]


@pytest.mark.parametrize("sort", caseload.ORDERS)
def test_pages_hold_everybody_once_in_every_order(sort: str) -> None:
    scene = Scene()
    for number in range(53):
        scene.case(at=scene.now - timedelta(days=number % 7))
    browser = signed_in(scene.worker)
    seen: list[str] = []
    after = ""
    for _ in range(3):
        answer = browser.get("/caseload/", {"sort": sort, **({"after": after} if after else {})})
        seen += [row.key for row in answer.context["rows"]]
        after = answer.context["page"].next
        if after:
            assert "Asha" not in after
    assert (len(seen), len(set(seen)), after) == (53, 53, None)


def test_a_list_is_as_many_queries_at_any_length() -> None:
    scene = Scene()
    browser = signed_in(scene.worker)
    counts, made = {}, 0
    for size in (1, 3, 25, 100):
        while made < size:
            scene.open()
            made += 1
        with CaptureQueriesContext(connection) as asked:
            assert browser.get("/caseload/").context["count_words"] == str(size)
        counts[size] = len(asked)
    assert counts == dict.fromkeys((1, 3, 25, 100), 10)


def read_csv(answer: object) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


def test_the_file_holds_the_rows_of_the_screen_and_a_worker_gets_no_whole_number() -> None:
    scene = Scene()
    scene.open(first="Amina", last="Yusuf", phone="+447700900123")
    scene.open(first="=HYPERLINK(1)", last="Z")
    answer = signed_in(scene.worker).get("/caseload.csv?sort=name")
    assert answer["Content-Disposition"] == 'attachment; filename="caseload.csv"'
    rows = read_csv(answer)
    assert [row["Name"] for row in rows] == ["Amina Yusuf", "'=HYPERLINK(1) Z"]
    row = rows[0]
    assert (row["Where they are"], row["Next step"], row["Owed by"], row["Phone"]) == ("Interested", "Book the chat", "Us", "ends 123")
    assert row["Worker"] == scene.worker.name
    assert read_csv(signed_in(scene.lead).get("/caseload.csv?sort=name"))[0]["Phone"] == "07700 900123"
    kept = Audit.objects.filter(action="caseload.export").order_by("id")
    assert [(each.rows, each.actor_id) for each in kept] == [(2, scene.worker.pk), (2, scene.lead.pk)]
    assert "filter:sort" in kept[0].fields


def test_a_workers_file_holds_their_own_people_and_a_leads_everybody() -> None:
    scene = Scene()
    mine, theirs = scene.open(), scene.open()
    Pathway.objects.filter(pk=theirs.pk).update(owner=scene.colleague)
    worker, lead = signed_in(scene.worker), signed_in(scene.lead)
    assert set(names(worker, "?whose=all")) == {mine.candidate.name, theirs.candidate.name}
    for asked in ("", "?whose=all", "?whose=team"):
        assert [row["Name"] for row in read_csv(worker.get(f"/caseload.csv{asked}"))] == [mine.candidate.name]
    assert read_csv(worker.get(f"/caseload.csv?whose=all&owner={scene.colleague.uuid}")) == []
    assert len(read_csv(lead.get("/caseload.csv?whose=all"))) == 2
    said = "The file holds your own people only."
    assert [said in browser.get("/caseload/?whose=all").content.decode() for browser in (worker, lead)] == [True, False]
    assert Audit.objects.filter(action="caseload.export", actor_id=scene.worker.pk).order_by("id").values_list("rows", flat=True)[0] == 1


def test_many_rows_leave_the_house_after_a_code_only() -> None:
    scene = Scene()
    for _ in range(51):
        scene.open()
    browser = signed_in(scene.worker)
    assert browser.get("/caseload.csv").status_code == 200
    SignIn.objects.update(proved_at=real_now() - timedelta(minutes=11))
    asked = browser.get("/caseload.csv")
    assert (asked.status_code, "/sign-in/code/" in asked["Location"] or "second-factor" in asked["Location"]) == (302, True)
    assert browser.get("/caseload.csv?stage=in_work").status_code == 200


def test_a_number_in_a_row_can_be_rung_and_one_that_may_not_is_not_offered() -> None:
    scene = Scene()
    scene.open(phone="+447700900123")
    silent = scene.open(phone="+447700900124")
    ContactRoute.objects.filter(candidate=silent.candidate).update(may_call=False)
    words = signed_in(scene.worker).get("/caseload/").content.decode()
    assert 'href="tel:+447700900123"' in words
    assert "900124" not in words


def test_others_may_not_open_the_lists() -> None:
    scene = Scene()
    trainer = user("trainer", scene.delivery, scene.programme)
    administrator = user("administrator", scene.delivery)
    for who in (scene.employer, trainer, administrator):
        browser = signed_in(who)
        assert {browser.get(path).status_code for path in ("/today/", "/caseload/", "/caseload.csv", "/unclaimed/", "/people/")} == {403}
