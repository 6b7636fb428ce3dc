"""The pages of registers: who may, what stands on them, and how a register goes from a file to the caseload."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pathways.models import ImportRow, ImportRun, Pathway
from pathways.services.imports.working import work_once
from tests.factories import AT, World, programme, user
from tests.pathways.test_imports import SMALL, received
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    yield
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def lead(world: World) -> Client:
    return signed_in(world.lead)


def once(lead: Client, path: str) -> str:
    """The stamp of the first form on a page."""
    page = lead.get(path).content.decode()
    return page.split('name="once" value="')[1].split('"')[0]


def send(lead: Client, content: bytes, name: str = "register.csv", **more: str):
    stamp = once(lead, "/imports/")
    world_programme = str(ImportRun._meta.get_field("programme").related_model.objects.unscoped("a test").get().uuid)
    file = SimpleUploadedFile(name, content)
    return lead.post("/imports/", {"once": stamp, "programme": world_programme, "file": file, **more})


def press(lead: Client, path: str, page: str, **posted: str):
    """Press a button of a page: its form's stamp, and its own value."""
    shown = lead.get(page).content.decode()
    form = next(part for part in shown.split("<form")[1:] if f'action="{path}' in part.split(">")[0])
    stamp = form.split('name="once" value="')[1].split('"')[0]
    return lead.post(path, {"once": stamp, **posted})


def test_a_register_goes_from_a_file_to_the_caseload(lead: Client) -> None:
    sent = send(lead, SMALL)
    assert sent.status_code == 302
    page = sent.headers["Location"]
    waiting = lead.get(page)
    assert waiting.headers["Refresh"] == "2"
    assert "Nothing is written yet" in waiting.content.decode()
    work_once(at=AT)
    looked = lead.get(page).content.decode()
    assert ("2 new</a>, 0 changed, 0 need you, <a" in looked, "show=changed" in looked) == (True, False)  # nobody is behind a nought
    assert "1 cannot go in</a>" in looked
    assert "“31.02.2026”: There is no such day as 31.02.2026" in looked
    assert Pathway.objects.count() == 0
    assert "Put in 2 new" in looked
    assert press(lead, f"{page}approve/", page).status_code == 302
    going = lead.get(page)
    assert going.headers["Refresh"] == "2"
    assert "0 of 2" in going.content.decode()
    work_once(at=AT)
    over = lead.get(page).content.decode()
    assert "2 went in as new" in over
    assert "1 could not go in" in over
    assert sorted(Pathway.objects.values_list("stage", flat=True)) == ["in_work", "interested"]
    assert press(lead, f"{page}take-back/", f"{page}take-back/").status_code == 302
    assert set(Pathway.objects.values_list("stage", flat=True)) == {"void"}
    assert "Taken back" in lead.get(page).content.decode()


def test_an_empty_list_says_how_to_begin_and_a_full_one_says_what_came_of_each(lead: Client) -> None:
    assert "No register was sent yet" in lead.get("/imports/").content.decode()
    send(lead, SMALL, "spring.csv")
    work_once(at=AT)
    assert "Ready to look at: 2 new, 0 changed, 0 need you, 1 cannot go in" in lead.get("/imports/").content.decode()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "The file is empty"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 200, "This is not a register but a picture (PNG)"),
        ("nul.csv", b"Name,Phone\nA\0B,07700 900101\n", "The file holds NUL characters"),
    ],
)
def test_what_is_no_register_is_said_at_the_field_and_nothing_of_it_stays(
    lead: Client, name: str, content: bytes, said: str, tmp_path: Path
) -> None:
    answer = send(lead, content, name)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert said in shown.split('id="id_file-error"')[1].split("</p>")[0]
    assert "There is a problem" in shown
    assert ImportRun.objects.count() == 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_workbook_of_forty_sheets_is_refused_at_the_field(lead: Client, tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path.parent / f"{tmp_path.name}-forty.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for number in range(40):
            book.add_worksheet(f"Sheet {number}").write_row(0, 0, ["Name", "Phone"])
    answer = send(lead, path.read_bytes(), "forty.xlsx")
    assert answer.status_code == 422
    assert "The workbook has 40 sheets; at most 20 are read." in answer.content.decode()
    assert ImportRun.objects.count() == 0


def test_a_file_over_the_cap_is_413(lead: Client) -> None:
    stamp = once(lead, "/imports/")
    answer = lead.post("/imports/", {"once": stamp}, headers={"content-length": str(40 * 1024 * 1024)})
    assert answer.status_code in {413, 422}
    length = {"CONTENT_LENGTH": str(40 * 1024 * 1024)}
    assert lead.post("/imports/", {"once": stamp}, **length).status_code == 413


def test_without_a_file_the_field_says_so(lead: Client) -> None:
    answer = lead.post("/imports/", {"once": once(lead, "/imports/")})
    assert answer.status_code == 422
    assert "Choose a file" in answer.content.decode()


def test_the_same_form_twice_is_one_register(lead: Client, world: World) -> None:
    stamp = once(lead, "/imports/")
    answers = [
        lead.post("/imports/", {"once": stamp, "programme": str(world.programme.uuid), "file": SimpleUploadedFile("a.csv", SMALL)})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert ImportRun.objects.count() == 1


def test_each_number_is_a_filter_in_the_address(lead: Client) -> None:
    page = send(lead, SMALL).headers["Location"]
    work_once(at=AT)
    new, errors = (lead.get(f"{page}?show={word}").content.decode().split("How the file was understood")[0] for word in ("new", "errors"))
    assert ("Okafor" in new, "Wu" in new) == (True, False)
    assert ("Okafor" in errors, "Wu" in errors) == (False, True)
    assert "No row is like that" in lead.get(f"{page}?show=changed").content.decode()


def test_what_needs_a_decision_stands_first_beside_who_it_might_be(lead: Client, world: World) -> None:
    here = world.case(first="Ben", last="Field", phone="+447700900102")
    page = send(lead, SMALL).headers["Location"]
    work_once(at=AT)
    shown = lead.get(page).content.decode()
    assert shown.index("Is this somebody who is here already?") < shown.index("Okafor")
    assert f"/people/{here.candidate.uuid}/" in shown
    assert "Put in 1 new" in shown
    row = ImportRow.objects.get(verdict="decide")
    answer = press(lead, f"{page}rows/{row.pk}/", page, answer="0:same")
    assert answer.headers["Location"] == f"{page}#row-{row.pk}"
    after = lead.get(page).content.decode()
    assert "The same person: your answer" in after
    assert "Put in 1 new and 1 that you answered" in after
    press(lead, f"{page}rows/{row.pk}/", page, answer="0:out")
    assert "Put in 1 new<" in lead.get(page).content.decode()
    assert lead.post(f"{page}rows/{row.pk}/", {"once": "x" * 20, "answer": "0:nonsense"}).status_code == 422
    assert lead.post(f"{page}rows/{row.pk}/", {"once": "y" * 20, "answer": "9:same"}).status_code == 422
    assert lead.post(f"{page}rows/{row.pk}/", {"once": "z" * 20}).status_code == 422


def test_what_was_left_waiting_can_be_answered_and_put_in_later(lead: Client, world: World) -> None:
    world.case(first="Ben", last="Field", phone="+447700900102")
    page = send(lead, SMALL).headers["Location"]
    work_once(at=AT)
    press(lead, f"{page}approve/", page)
    work_once(at=AT)
    assert "1 still need you" in lead.get(page).content.decode()
    row = ImportRow.objects.get(verdict="decide")
    press(lead, f"{page}rows/{row.pk}/", page, answer="0:new")
    assert "Put in the 1 that you answered" in lead.get(page).content.decode()
    press(lead, f"{page}approve/", page)
    work_once(at=AT)
    run = ImportRun.objects.get()
    assert (run.state, run.rows_created, run.rows_undecided) == ("done", 2, 0)


def test_columns_and_words_are_put_right_and_remembered(lead: Client) -> None:
    odd = b"Who,Ring,Where at,Zzz\nAnn Lee,07700 900111,hot,x\nBo Kay,07700 900112,cold,y\n"
    page = send(lead, odd).headers["Location"]
    work_once(at=AT)
    assert "Choose the columns" in lead.get(page).content.decode()
    form = lead.get(f"{page}columns/").content.decode()
    assert "For example: 07700 900111; 07700 900112" in form
    stamp, version = form.split('name="once" value="')[1].split('"')[0], form.split('name="version" value="')[1].split('"')[0]
    wrong = lead.post(f"{page}columns/", {"once": stamp, "version": version, "c0-A": "", "c0-B": "phone"})
    assert wrong.status_code == 422
    assert "Choose which column holds the name" in wrong.content.decode()
    chosen = {"c0-A": "full_name", "c0-B": "phone", "c0-C": "status", "c0-D": ""}
    done = lead.post(f"{page}columns/", {"once": stamp, "version": version, **chosen})
    assert done.status_code == 302
    work_once(at=AT)
    run = ImportRun.objects.get()
    assert run.mapping[0]["columns"] == {"Who": "full_name", "Ring": "phone", "Where at": "status"}
    stale = lead.post(f"{page}columns/", {"once": "q" * 20, "version": version, **chosen})
    assert stale.status_code == 409
    words = lead.get(f"{page}columns/").content.decode()
    stamp, version = words.split('name="once" value="')[1].split('"')[0], words.split('name="version" value="')[1].split('"')[0]
    lead.post(f"{page}columns/", {"once": stamp, "version": version, **chosen, "w0-0": "interested", "w0-1": ""})
    work_once(at=AT)
    said = {row.fields["first_name"]: row.fields["stage"] for row in ImportRow.objects.all()}
    assert said == {"Ann": "interested", "Bo": ""}
    again = send(lead, odd.replace(b"Bo Kay", b"Cy Dow"), "next.csv").headers["Location"]
    work_once(at=AT)
    assert "interest expressed" in lead.get(again).content.decode()
    assert ImportRun.objects.latest("id").mapping[0]["values"] == {"Where at": {"hot": "interested", "cold": None}}


def test_the_pages_are_a_leads_of_the_same_programme_and_organisation(world: World, lead: Client) -> None:
    run = received(world, SMALL)
    other = World()
    stranger = user("programme_lead", world.delivery, programme(world.delivery))
    paths = ["", "columns/", "take-back/", "to-correct.xlsx", "to-correct.csv"]
    for person in (other.lead, stranger):
        foreign = signed_in(person)
        missing = foreign.get("/imports/00000000-0000-4000-8000-000000000000/").content
        for path in paths:
            answer = foreign.get(f"/imports/{run.uuid}/{path}")
            assert (answer.status_code, answer.content) == (404, missing)
        for path in ("approve/", "rows/1/", "take-back/", "columns/"):
            assert foreign.post(f"/imports/{run.uuid}/{path}", {"once": "a" * 20}).status_code == 404
    for role in ("outreach_worker", "trainer", "administrator", "employer"):
        refused = signed_in(user(role, world.delivery if role != "employer" else world.trust, world.programme))
        assert {refused.get(f"/imports/{run.uuid}/{path}").status_code for path in paths} == {403}
        assert refused.get("/imports/").status_code == 403
        assert refused.post(f"/imports/{run.uuid}/approve/", {"once": "b" * 20}).status_code == 403
    assert lead.get(f"/imports/{run.uuid}/approve/").status_code == 405
    assert Client().get("/imports/").status_code == 302


def test_steps_out_of_turn_are_409(lead: Client, world: World) -> None:
    run = received(world, SMALL)
    assert lead.post(f"/imports/{run.uuid}/approve/", {"once": "c" * 20}).status_code == 409
    assert lead.get(f"/imports/{run.uuid}/take-back/").status_code == 409
    assert lead.post(f"/imports/{run.uuid}/take-back/", {"once": "d" * 20}).status_code == 409


@pytest.mark.parametrize("rows", [1, 3, 25])
def test_a_page_of_rows_asks_the_database_as_often_for_one_as_for_many(
    lead: Client, world: World, rows: int, django_assert_num_queries
) -> None:
    lines = ["Ref,First name,Surname,Mobile,EOI"]
    for number in range(rows):
        world.case(first=f"Ann{number}", last="Lee", phone=f"+4477009001{number:02d}")
        lines.append(f"R{number},Ann{number},Lee,07700 9001{number:02d},02/06/2026")
    run = received(world, "\n".join(lines).encode())
    work_once(at=AT)
    page = f"/imports/{run.uuid}/"
    lead.get(page)
    with django_assert_num_queries(12):
        shown = lead.get(page)
    assert shown.content.decode().count("Is this somebody who is here already?") == rows


def test_no_equality_answer_stands_on_a_page(lead: Client, world: World) -> None:
    content = SMALL.replace(b"Status\n", b"Status,Ethnicity\n").replace(b",In work\n", b",In work,Pakistani\n")
    run = received(world, content)
    work_once(at=AT)
    shown = lead.get(f"/imports/{run.uuid}/").content.decode() + lead.get(f"/imports/{run.uuid}/columns/").content.decode()
    assert "Ethnicity" in shown
    assert "Pakistani" not in shown
