"""Odd cells and odd ways of sending: a plain message, nothing half, never a 500."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from candidates.models import Address, Candidate, ContactRoute
from pathways.models import ImportRow, ImportRun, Pathway
from pathways.services.imports.working import work_once
from tests.factories import AT, World
from tests.pathways.test_import_again import at_once
from tests.pathways.test_import_pages import once, press, send
from tests.pathways.test_imports import SMALL
from tests.signing_in import signed_in

ODD = "\n".join(
    [
        "First name,Surname,Mobile,Postcode,Date contacted,EOI",
        "Ann,Lee,07700 900123 (mum),B3O 1JR,02/03/2026,03/03/2026",
        f"{'n' * 10_000},Long,07700 900124,,02/03/2026,",
        f"{'n' * 10_001},Longer,07700 900125,,02/03/2026,",
        "Bo,Kay,07700 900126,,31.02.2026,",
        "Cy,Day,0770090,,02/03/2026,",
        "=1+1,Formula,07700 900127,,02/03/2026,",
    ]
).encode()


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.django_db
def test_odd_cells_are_named_with_the_reason_and_the_rest_goes_in() -> None:
    world = World()
    lead = signed_in(world.lead)
    page = send(lead, ODD).headers["Location"]
    work_once(at=AT)
    shown = lead.get(page)
    assert shown.status_code == 200
    words = shown.content.decode()
    for said in (
        "The name is longer than 200 characters",
        "This cell holds 10,001 characters; at most 10,000 are read",
        "There is no such day as 31.02.2026",
        "Not kept. B3O 1JR is not a postcode. Did you mean B30 1JR?",
        "The row goes in without it: add it on the person’s page afterwards.",
        "0 changed",
    ):
        assert said in words, said
    assert 'href="?show=changed"' not in words  # a number of nobody leads nowhere
    assert "n" * 500 not in words
    assert press(lead, f"{page}approve/", page).status_code == 302
    work_once(at=AT)
    gone_in = lead.get(page)
    assert (gone_in.status_code, "Add what was not kept on the person’s page." in gone_in.content.decode()) == (200, True)
    run = ImportRun.objects.get()
    assert (run.state, run.rows_created, run.rows_rejected) == ("done", 3, 3)
    ann = Candidate.objects.get(first_name="Ann")
    assert ContactRoute.objects.get(candidate=ann).value == "+447700900123"
    assert [text for text, _ in ImportRow.objects.get(pathway__candidate=ann).fields["notes"] if "mum" in text] == ["mum"]
    assert not Address.objects.filter(candidate=ann).exists()  # a letter for a nought is suggested, never put right by itself
    assert not ContactRoute.objects.filter(candidate__first_name="Cy").exists()
    assert Pathway.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_the_same_upload_twice_at_once_is_one_register() -> None:
    world = World()
    lead = signed_in(world.lead)
    stamp, answers = once(lead, "/imports/"), []

    def post() -> None:
        browser = signed_in(world.lead)
        browser.cookies = lead.cookies
        file = SimpleUploadedFile("register.csv", SMALL)
        answers.append(browser.post("/imports/", {"once": stamp, "programme": str(world.programme.uuid), "file": file}).status_code)

    assert at_once(post, post) == []
    assert len(answers) == 2
    assert set(answers) <= {302, 409}
    assert ImportRun.objects.count() == 1
    work_once(at=AT)
    assert ImportRun.objects.get().state == "read"
