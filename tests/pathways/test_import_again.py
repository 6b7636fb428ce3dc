"""Again is nothing; at once is once; what stopped goes on; twice in one file is one person when somebody says so."""

import json
import random
import threading
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections

from candidates.models import Candidate
from outreach.models import Message
from pathways.models import ImportRow, ImportRun, Pathway, StageChange
from pathways.services.case import withdraw
from pathways.services.imports.applying import apply_run
from pathways.services.imports.deciding import approve_run, decide_row
from pathways.services.imports.reading import read_run
from pathways.services.imports.taking_back import undo_run
from tests.factories import AT, World, actor
from tests.pathways.test_imports import received, taken_in
from tests.pathways.walk import broken, unlike_the_log

HEADINGS = "First name,Surname,DOB,Mobile,Postcode,Date contacted,EOI,Chat,Offer date,Start date,Status"

FIRST = ("Amara", "Bogdan", "Chidi", "Dorothy", "Ebony", "Farhana", "Gwendolyn", "Hussein")
LAST = ("Okonkwo", "Pemberton", "Quartermain", "Rahimi", "Szczepanski", "Tomlinson", "Uddin", "Vasquez")


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def register(people: int, *, first: int = 0) -> list[str]:
    """Lines of so many invented people, some further along than others."""
    lines = []
    for n in range(first, first + people):
        far = n % 4
        day = 1 + n % 27
        steps = [f"{day:02d}/03/2026", f"{day:02d}/04/2026", f"{day:02d}/05/2026", f"{day:02d}/06/2026", f"{day:02d}/07/2026"]
        dates = ",".join(steps[: far + 2] + [""] * (3 - far))
        name = f"{FIRST[n % 8]},{LAST[n // 8 % 8]}" + (
            "-Q" + "".join("abcdefghij"[int(digit)] for digit in str(n // 64)) if n >= 64 else ""
        )
        phone = f"07700 900{n:03d}" if n < 1_000 else ""
        lines.append(f"{name},{day:02d}/{2 + n // 783:02d}/19{70 + n % 29},{phone},B1 1AA,{dates},")
    return lines


def written(lines: list[str]) -> bytes:
    return "\n".join([HEADINGS, *lines]).encode()


@pytest.mark.django_db
def test_the_same_people_in_another_order_are_nothing_new() -> None:
    world, lines = World(), register(12)
    taken_in(world, written(lines))
    log = StageChange.objects.count()
    shuffled = random.Random(4).sample(lines, len(lines))
    again = taken_in(world, written(shuffled), "later.csv")
    assert (again.rows_created, again.rows_changed, again.rows_unchanged) == (0, 0, 12)
    saved_by_excel = written(shuffled).replace(b",", b";").decode().encode("utf-8-sig").replace(b"\n", b"\r\n")
    once_more = taken_in(world, saved_by_excel, "excel.csv")
    assert (once_more.rows_created, once_more.rows_changed, once_more.rows_unchanged) == (0, 0, 12)
    assert (Pathway.objects.count(), StageChange.objects.count()) == (12, log)


@pytest.mark.django_db
def test_two_of_one_name_and_nothing_else_stay_two() -> None:
    world = World()
    content = b"First name,Surname,Date contacted,EOI\nAnn,Lee,02/03/2026,\nAnn,Lee,09/03/2026,16/03/2026\n"
    taken_in(world, content)
    swapped = b"First name,Surname,Date contacted,EOI\nAnn,Lee,09/03/2026,16/03/2026\nAnn,Lee,02/03/2026,\n"
    again = taken_in(world, swapped)
    assert (again.rows_created, again.rows_changed, again.rows_unchanged) == (0, 0, 2)
    assert sorted(Pathway.objects.values_list("stage", flat=True)) == ["interested", "outreach"]


@pytest.mark.django_db
def test_a_register_that_was_looked_at_and_left_is_no_memory() -> None:
    world, lines = World(), register(2)
    taken_in(world, written(lines))
    later = [line.replace("B1 1AA", "B2 2BB") for line in lines]
    read_run(run=received(world, written(later)), at=AT)
    again = taken_in(world, written(later))
    assert (again.rows_created, again.rows_changed, again.rows_unchanged) == (0, 2, 0)


@pytest.mark.django_db
def test_a_number_is_added_beside_the_old_and_a_postcode_moves_on() -> None:
    world, lines = World(), register(1)
    taken_in(world, written(lines))
    later = [lines[0].replace("B1 1AA", "B2 2BB")]
    run = read_run(run=received(world, written(later)), at=AT)
    assert ImportRow.objects.get(run=run).changes == {"postcode": ["B1 1AA", "B2 2BB"]}
    apply_run(run=approve_run(run=run, by=actor(world.lead), at=AT), at=AT)
    person = Candidate.objects.get()
    assert list(person.addresses.order_by("id").values_list("postcode", flat=True)) == ["B1 1AA", "B2 2BB"]
    third = taken_in(world, written(later))
    assert (third.rows_changed, third.rows_unchanged) == (0, 1)


@pytest.mark.django_db
def test_one_person_twice_in_a_file_is_one_case_when_somebody_says_same() -> None:
    world = World()
    content = (
        b"First name,Surname,DOB,Mobile,Postcode,Date contacted,EOI,Chat\n"
        b"Ann,Lee,04/05/1990,07700 900111,,02/03/2026,03/03/2026,\n"
        b"Anne,Lee,04/05/1990,07700 900111,B1 1AA,,,10/03/2026\n"
    )
    run = read_run(run=received(world, content), at=AT)
    row = ImportRow.objects.get(run=run, verdict="decide")
    assert row.fields["questions"][0]["kind"] == "same person"
    decide_row(run=run, row=row, decision="same", by=actor(world.lead), at=AT)
    run = apply_run(run=approve_run(run=run, by=actor(world.lead), at=AT), at=AT)
    assert (run.rows_created, run.rows_changed, run.rows_undecided) == (1, 1, 0)
    case = Pathway.objects.get()
    assert (case.stage, case.candidate.addresses.get().postcode) == ("chatted", "B1 1AA")
    again = taken_in(world, content)
    assert (again.rows_created, again.rows_changed, again.rows_unchanged, again.rows_undecided) == (0, 0, 2, 0)


@pytest.mark.django_db
def test_an_older_register_adds_to_a_case_that_went_on_and_rewrites_nothing() -> None:
    world = World()
    here = world.case(first="Ann", last="Lee", phone="+447700900111", interested=False, day=date(2026, 10, 5))
    content = b"First name,Surname,Mobile,Date contacted,EOI,Chat,Status\nAnn,Lee,07700 900111,02/03/2026,03/03/2026,10/03/2026,Withdrawn\n"
    run = read_run(run=received(world, content), at=AT)
    decide_row(run=run, row=ImportRow.objects.get(run=run), decision="same", by=actor(world.lead), at=AT)
    run = apply_run(run=approve_run(run=run, by=actor(world.lead), at=AT), at=AT)
    assert (run.rows_created, run.rows_changed, run.rows_rejected) == (0, 1, 0)
    log = StageChange.objects.filter(pathway=here, actor_kind="import").order_by("id")
    assert [(each.machine, each.step, each.happened_on.isoformat(), each.happened_quality) for each in log if each.step != "follow"] == [
        ("pathway", "express_interest", "2026-10-05", "unknown"),
        ("interview", "hold", "2026-03-10", "exact"),
        ("pathway", "withdraw", "2026-10-05", "unknown"),
    ]
    said = [problem["reason"] for problem in ImportRow.objects.get(run=run).problems]
    assert said == ["“EOI” is dated before what is known here: taken without its day."]


@pytest.mark.django_db
def test_the_earlier_row_answered_last_joins_the_later_one_that_is_in() -> None:
    world = World()
    content = (
        b"First name,Surname,DOB,Mobile,Date contacted,Chat,Status\n"
        b"Ann,Lee,04/05/1990,07700 900111,02/03/2026,10/03/2026,DNA x2\n"
        b"Ann,Lee,04/05/1990,07700 900111,02/03/2026,,\n"
    )
    run = read_run(run=received(world, content), at=AT)
    first, second = ImportRow.objects.filter(run=run, verdict="decide").order_by("number")
    decide_row(run=run, row=second, decision="same", by=actor(world.lead), at=AT)
    run = apply_run(run=approve_run(run=run, by=actor(world.lead), at=AT), at=AT)
    decide_row(run=run, row=first, decision="dates", by=actor(world.lead), at=AT)
    run.refresh_from_db()
    apply_run(run=approve_run(run=run, by=actor(world.lead), at=AT), at=AT)
    assert Pathway.objects.get().stage == "chatted"


@pytest.mark.django_db
def test_what_somebody_left_out_stays_out_the_next_time() -> None:
    world = World()
    world.case(first="Amara", last="Okonkwo", phone="+447700900000")
    run = read_run(run=received(world, written(register(1))), at=AT)
    decide_row(run=run, row=ImportRow.objects.get(run=run), decision="out", by=actor(world.lead), at=AT)
    apply_run(run=approve_run(run=run, by=actor(world.lead), at=AT), at=AT)
    again = read_run(run=received(world, written(register(1))), at=AT)
    assert (again.rows_undecided, ImportRow.objects.get(run=again).decision) == (0, "out")


@pytest.mark.django_db
def test_somebody_added_while_the_register_was_looked_at_is_asked_about() -> None:
    world = World()
    run = read_run(run=received(world, written(register(3))), at=AT)
    world.case(first="Bogdan", last="Okonkwo", phone="+447700900001")
    run = apply_run(run=approve_run(run=run, by=actor(world.lead), at=AT), at=AT)
    assert (run.rows_created, run.rows_undecided) == (2, 1)
    assert Candidate.objects.filter(first_name="Bogdan").count() == 1


@pytest.mark.django_db
def test_an_answered_date_is_taken_and_a_word_can_overrule_the_dates() -> None:
    world = World()
    content = (
        b"First name,Surname,Mobile,Date contacted,EOI,Start date,Status\n"
        b"Ann,Lee,07700 900111,02/03/2026,03/03/2026,06/04/2026,Interested\n"
        b"Bo,Kay,07700 900112,02/03/2026,03/03/2026,06/04/2026,Interested\n"
    )
    run = read_run(run=received(world, content), at=AT)
    by_dates, by_word = ImportRow.objects.filter(run=run, verdict="decide").order_by("number")
    decide_row(run=run, row=by_dates, decision="dates", by=actor(world.lead), at=AT)
    decide_row(run=run, row=by_word, decision="word", by=actor(world.lead), at=AT)
    apply_run(run=approve_run(run=run, by=actor(world.lead), at=AT), at=AT)
    assert dict(Pathway.objects.values_list("candidate__first_name", "stage")) == {"Ann": "in_work", "Bo": "interested"}


@pytest.mark.django_db
def test_a_contact_that_waits_does_not_hold_up_its_person_and_joins_them_later() -> None:
    world = World()
    content = (
        b"Date,Ref,Name,Phone,Outcome\n"
        b"02/03/2026,C1,Ann Lee,07700 900111,First contact\n"
        b"20/04/2026,C1,Ann Lee,,EOI\n"
        b"01/04/2026,C1,Ann Lee,,Job offer\n"
    )
    run = read_run(run=received(world, content), at=AT)
    waits = ImportRow.objects.get(run=run, verdict="decide")
    assert (waits.number, waits.fields["questions"][0]["kind"], waits.fields["of"]) == (4, "order", ["", 2])
    apply_run(run=approve_run(run=run, by=actor(world.lead), at=AT), at=AT)
    assert Pathway.objects.get().stage == "interested"
    decide_row(run=run, row=waits, decision="as written", by=actor(world.lead), at=AT)
    run.refresh_from_db()
    run = apply_run(run=approve_run(run=run, by=actor(world.lead), at=AT), at=AT)
    assert (Pathway.objects.get().stage, run.rows_created, run.rows_changed, run.rows_undecided) == ("offered", 1, 1, 0)


@pytest.mark.django_db
def test_what_went_in_keeps_every_rule_and_texts_nobody() -> None:
    world = World()
    taken_in(world, written(register(16)))
    people = Pathway.objects.values_list("person_key", flat=True)
    assert [sentence for person in people for sentence in broken(person)] == []
    assert unlike_the_log(list(Pathway.objects.values_list("pk", flat=True))) == []
    assert Message.objects.count() == 0
    assert set(StageChange.objects.exclude(actor_kind="system").values_list("actor_kind", flat=True)) == {"import"}
    assert not StageChange.objects.filter(import_run__isnull=True).exists()


@pytest.mark.django_db
def test_taken_back_and_sent_again_it_goes_in_anew_but_what_somebody_touched_stays() -> None:
    world, lines = World(), register(4)
    run = taken_in(world, written(lines))
    touched = Pathway.objects.get(candidate__first_name="Amara")
    withdraw(case=touched, by=actor(world.worker), at=AT)
    run = undo_run(run=run, by=actor(world.lead), at=AT)
    assert (run.state, run.rows_undecided) == ("undone", 1)
    assert sorted(Pathway.objects.values_list("stage", flat=True)) == ["void", "void", "void", "withdrawn"]
    again = taken_in(world, written(lines))
    assert (again.rows_created, again.rows_changed, again.rows_unchanged) == (3, 0, 1)


def at_once(*acts) -> list[BaseException]:
    """Each act in a thread of its own, with its own connection, all begun together; what they raised."""
    ready, raised = threading.Barrier(len(acts)), []

    def run(act) -> None:
        try:
            ready.wait(timeout=20)
            act()
        except BaseException as problem:
            raised.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return raised


@pytest.mark.django_db(transaction=True)
def test_the_same_file_twice_at_once_is_everybody_once() -> None:
    world, content = World(), written(register(12))
    runs = [read_run(run=received(world, content), at=AT) for _ in range(2)]
    assert [run.rows_created for run in runs] == [12, 12]
    runs = [approve_run(run=run, by=actor(world.lead), at=AT) for run in runs]
    assert at_once(*(lambda run=run: apply_run(run=run, at=AT) for run in runs)) == []
    done = list(ImportRun.objects.order_by("id"))
    assert [run.state for run in done] == ["done", "done"]
    assert sum(run.rows_created for run in done) == 12
    assert sum(run.rows_changed for run in done) == 0
    assert (Pathway.objects.count(), Candidate.objects.count()) == (12, 12)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_one_register_put_everybody_in_once() -> None:
    world = World()
    run = approve_run(run=read_run(run=received(world, written(register(12))), at=AT), by=actor(world.lead), at=AT)
    same = [ImportRun.objects.get(pk=run.pk) for _ in range(2)]
    assert at_once(*(lambda each=each: apply_run(run=each, at=AT) for each in same)) == []
    run.refresh_from_db()
    assert (run.state, run.rows_created, Pathway.objects.count(), Candidate.objects.count()) == ("done", 12, 12, 12)


def command(*words: str) -> dict:
    out = StringIO()
    call_command("import_register", *words, stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.django_db
def test_the_command_says_does_and_takes_back(tmp_path: Path) -> None:
    world = World()
    path = tmp_path / "register.csv"
    path.write_bytes(written([*register(3), "Bad,Row,,,,31.02.2026,,,,,"]))
    where = ("--programme", world.programme.code, "--organisation", world.delivery.name, "--as", world.lead.email)
    dry = command(str(path), *where)
    assert {name: dry[name] for name in ("state", "read", "created", "changed", "unchanged", "undecided", "rejected")} == {
        "state": "read", "read": 4, "created": 3, "changed": 0, "unchanged": 0, "undecided": 0, "rejected": 1,
    }  # fmt: skip
    assert Pathway.objects.count() == 0
    done = command(str(path), *where, "--commit")
    assert (done["state"], done["created"], done["rejected"], Pathway.objects.count()) == ("done", 3, 1, 3)
    assert Path(done["rejects_file"]).is_file()
    undone = command("--undo", done["run"])
    assert (undone["state"], undone["run"]) == ("undone", done["run"])
    assert set(Pathway.objects.values_list("stage", flat=True)) == {"void"}


@pytest.mark.django_db
def test_the_command_takes_a_mapping_and_says_what_is_wrong(tmp_path: Path) -> None:
    world = World()
    path, mapping = tmp_path / "odd.csv", tmp_path / "m.json"
    path.write_bytes(b"Who,Ring,X,Y\nAnn Lee,07700 900111,DNA x2,02/03/2026\n")
    columns = {"Who": "full_name", "Ring": "phone", "C": "status", "Y": "outreach_on"}
    mapping.write_text(json.dumps({"columns": columns, "values": {"X": {"DNA x2": "interview.miss"}}}))
    where = ("--programme", world.programme.name, "--organisation", world.delivery.name, "--as", world.lead.email)
    done = command(str(path), *where, "--mapping", str(mapping), "--commit")
    assert (done["created"], done["rejects_file"]) == (1, None)
    assert StageChange.objects.filter(machine="interview", step="miss").count() == 1
    mapping.write_text('{"columns": {"Nobody": "phone"}}')
    with pytest.raises(CommandError, match="No column is headed “Nobody”"):
        command(str(path), *where, "--mapping", str(mapping))
    with pytest.raises(CommandError, match="Nobody with that address"):
        command(str(path), *where[:-1], "nobody@example.org")
    with pytest.raises(CommandError, match="There is no programme"):
        command(str(path), "--programme", "none", *where[2:])
    with pytest.raises(CommandError, match="There is no such file"):
        command(str(tmp_path / "missing.csv"), *where)
    path.write_bytes(b"")
    with pytest.raises(CommandError, match="The file is empty"):
        command(str(path), *where)
