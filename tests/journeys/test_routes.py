"""Every route, asked by every role and by nobody, with one's own row, another organisation's and none at all."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.models import BankHoliday, ConflictBlock, Cover, Invitation, Membership, SignIn
from candidates.models import ContactRoute, SuggestedPair
from ground.door import NOBODY
from ground.management.commands.routes import routes
from ground.once import new_once
from outreach.models import Contact, Event, Message
from outreach.services.event import new_code
from pathways.models import Consent, ImportRun, InterestPost, Interview, Note, PreEmploymentCheck, StageChange, Support, Task, TrainingPlace
from pathways.queries.steps import FOLDERS
from pathways.services import case as cases
from pathways.services import interview, training
from pathways.services.contact import log_contact
from pathways.services.door import Taken
from pathways.services.imports.reading import read_run
from pathways.services.imports.receive import receive_register
from pathways.services.introduction import move_introduction
from pathways.services.letter import make_letter
from pathways.services.merging import merge
from pathways.services.task import add_task
from tests.factories import actor, user
from tests.pathways.employer_scene import Scene
from tests.signing_in import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.slow("journeys")]
ROLES = ("administrator", "programme_lead", "outreach_worker", "trainer", "employer")
WITHOUT_ACCOUNT = {"public", "password_only", "candidate", "machine"}


@dataclass
class House:
    """One organisation's people, and one row of every kind."""

    scene: Scene
    users: dict[str, Any]
    rows: dict[str, Any]


def house() -> House:
    scene = Scene()
    users = {
        role: user(role, scene.delivery, scene.programme) for role in ("administrator", "programme_lead", "outreach_worker", "trainer")
    }
    users["employer"] = scene.employer
    check = scene.asked()
    job, case = check.placement, check.pathway
    other = scene.case(at=scene.at)
    chat = interview.book_chat(case=other, when=scene.at + timedelta(days=1), place="Library", host=scene.worker, by=scene.by, at=scene.at)
    seat = training.book_seat(case=other, course=scene.course(), by=scene.by, at=scene.at)
    contact = log_contact(case=other, channel="call", outcome="no_answer", by=scene.by, at=scene.at)
    declined = scene.sent()
    move_introduction(introduction=declined, step="decline_by_employer", by=scene.dawn, at=scene.at, taken=Taken(reason="hours"))
    text = Message.objects.filter(candidate=case.candidate).first()
    decline_task = Task.objects.get(kind="tell", opened_by__step="decline_by_employer", pathway=declined.pathway)
    rows = {
        "person": case.candidate,
        "route": ContactRoute.objects.get(candidate=case.candidate),
        "pathway": other,
        "interview": Interview.objects.get(pk=chat.pk),
        "training_place": TrainingPlace.objects.get(pk=seat.pk),
        "course": seat.course,
        "event": Event.objects.create(
            organisation=scene.delivery, programme=scene.programme, name="Library stall", day=scene.today, code=new_code()
        ),
        "introduction": job.introduction,
        "placement": job,
        "pre_employment_check": PreEmploymentCheck.objects.filter(placement=job).first(),
        "retention_check": check,
        "change": StageChange.objects.filter(pathway=case, machine="placement", step="start").latest("pk"),
        "contact": Contact.objects.get(pk=contact.pk),
        "handed_over": handed_over(scene, users["outreach_worker"]),
        "text": text,
        "consent": Consent.objects.get(candidate=case.candidate, kind="share_with_employer"),
        "decline_task": decline_task,
        "letter": make_letter(task=decline_task, named=True, version=decline_task.version, by=scene.by, at=scene.at),
        "task": add_task(pathway=other, words="Ring", due_on=scene.today, by=scene.by, at=scene.at),
        "heading": scene.opening,
        "membership": Membership.objects.get(user=scene.worker),
        "membership_of_worker": Membership.objects.get(user=users["outreach_worker"]),
        "sign_in": SignIn.objects.filter(user=scene.worker).first(),
        "import": register(scene, users["programme_lead"]),
        "programme": scene.programme,
        "bank_holiday": BankHoliday.objects.get_or_create(day=scene.today + timedelta(days=90), defaults={"name": "A day off"})[0],
        "invitation": Invitation.objects.filter(organisation=scene.delivery).first(),
        "interest_post": form_sent(scene),
        "cover": Cover.objects.create(
            holder=users["outreach_worker"], coverer=scene.worker, organisation=scene.delivery, from_on=scene.today, to_on=scene.today
        ),
        "support": Support.objects.create(candidate=case.candidate, helps="x", agreed_on=scene.today),
        "note": Note.objects.create(
            pathway=case, author=users["outreach_worker"], organisation=scene.delivery, text="x", written_at=scene.at, day=scene.today
        ),
        **twice(scene),
        "block": ConflictBlock.objects.create(
            user=user("outreach_worker", scene.delivery, scene.programme), person=case.candidate.uuid, reason="x", from_on=scene.today
        ),
    }
    return House(scene, users, rows)


def handed_over(scene: Scene, worker: Any) -> StageChange:
    """What the worker took over with one press."""
    cases.hand_over(case=scene.case(at=scene.at), to=worker, organisation=scene.delivery, by=actor(worker), at=scene.at)
    return StageChange.objects.get(step="hand_over", actor=worker)


def twice(scene: Scene) -> dict[str, Any]:
    """Two records that may be one person, told apart by nobody; and two that were put together."""
    here = [scene.case(at=scene.at).candidate for _ in range(4)]
    pair = SuggestedPair.objects.create(one=here[0], other=here[1], points=12, agree=["name"], found_at=scene.at)
    made = merge(kept=here[2], absorbed=here[3], by=scene.by, at=scene.at)
    return {"pair": pair, "merge": made}


def form_sent(scene: Scene) -> InterestPost:
    """A public form that waits for somebody's look."""
    said = {"name": "Tamsin Orde", "way": "mobile", "reach": "+447700900971", "typed": "07700 900971"}
    digests = {name: uuid4().hex for name in ("stamp_digest", "words_digest", "reach_digest", "address_digest")}
    where = {"programme": scene.programme, "organisation": scene.delivery}
    return InterestPost.objects.create(state="held", suspect="trap", received_at=scene.at, **where, **said, **digests)


def register(scene: Scene, lead: Any) -> ImportRun:
    """A register that waits to be looked at."""
    content = b"First name,Surname,Mobile,Date contacted\nAnn,Lee,07700 900111,02/03/2026\n"
    run = receive_register(
        chunks=[content],
        file_name="register.csv",
        programme=scene.programme,
        organisation=scene.delivery,
        user=lead,
        by=actor(lead),
        at=scene.at,
    )
    return read_run(run=run, at=scene.at)


#: Route -> the kind of row in its address. A route with an id that is not here fails the test below.
KIND: dict[str, str] = {
    **dict.fromkeys(("blocks", "end_block", "support", "add_support", "change_support", "end_support"), "person"),
    "support_for_trainer": "training_place",
    "support_for_employer": "introduction",
    **dict.fromkeys(("person", "correct_person", "paper_questions", "address", "add_route", "change_route", "end_route", "died"), "person"),
    **dict.fromkeys(("log_contact", "add_note", "add_task", "wants", "text_own_page"), "pathway"),
    **dict.fromkeys(("undo_contact", "mark_meaningful"), "contact"),
    "note_readers": "note",
    "closed_notes": "person",
    **dict.fromkeys(("text_again", "undo_text"), "text"),
    "withdraw_consent": "consent",
    **dict.fromkeys(("task", "task_step", "undo_task"), "task"),
    **dict.fromkeys(("task_words", "task_letter"), "decline_task"),
    **dict.fromkeys(("letter", "letter_file", "post_letter", "undo_letter", "throw_away_letter"), "letter"),
    "letter_stop": "person",
    **dict.fromkeys(("interview", "chat_calendar"), "interview"),
    "introduction": "introduction",
    "placement": "placement",
    "pre_employment_check": "pre_employment_check",
    **dict.fromkeys(("end_heading", "undo_heading", "heading", "edit_heading", "heading_step"), "heading"),
    **dict.fromkeys(("course", "edit_course", "finish_course", "register", "register_file"), "course"),
    **dict.fromkeys(("event", "edit_event", "event_talks", "cancel_event", "repeat_event", "event_poster"), "event"),
    "undo": "change",
    "undo_hand_over": "handed_over",
    "make_row": "pathway",
    "new_case": "person",
    **dict.fromkeys(("end_membership", "take_away_second_factor"), "membership"),
    **dict.fromkeys(("import", "import_columns", "import_decide", "import_approve", "import_take_back"), "import"),
    **dict.fromkeys(("import_rejects", "import_rejects_table"), "import"),
    **dict.fromkeys(
        ("programme_settings", "change_rule", "change_milestone", "programme_reasons", "add_reason", "change_reason"), "programme"
    ),
    "take_off_bank_holiday": "bank_holiday",
    "end_cover": "cover",
    "decide_interest": "interest_post",
    **dict.fromkeys(("duplicate", "ask_again"), "pair"),
    "merge": "merge",
}
MORE: dict[str, dict[str, str]] = {
    "task_step": {"step": "snooze"},
    "register": {"day": "2026-11-02"},
    "end_heading": {"step": "close"},
    "import_decide": {"row": "1"},
    "heading_step": {"step": "confirm"},
    "make_row": {"machine": "interview", "step": "book"},
    "new_case": {"step": "return"},
    "new_password": {"token": "none"},
    "interest_at": {"code": "stall"},
    "invitation": {"token": "none"},
    "change_rule": {"code": "quiet_days"},
    "change_milestone": {"code": "four_weeks"},
    "programme_reasons": {"kind": "leave"},
    "add_reason": {"kind": "leave"},
    "change_reason": {"kind": "snooze", "code": "away"},
    "blank": {"kind": "start"},
}
#: One step on a row of each machine, open where the scene leaves it.
STEP = {
    "pathway": "withdraw",
    "interview": "hold",
    "training_place": "start",
    "introduction": "withdraw_offer",
    "placement": "leave",
    "pre_employment_check": "clear",
    "retention_check": "confirm",
}
#: Rows that nobody else's page leads to, states of a register, lists that a figure must name: their own tests hold them.
ELSEWHERE = {
    *("end_sign_in", "cancel_invitation", "send_invitation_again", "new_password"),
    *("import_decide", "import_approve", "import_take_back", "import_rejects", "import_rejects_table"),  # test_import_pages
    *("board_funnel_people", "board_retention_people"),  # test_board_pages
    *("correct_waiting", "leave_out_waiting"),  # test_kept
}


def plain(answer: Any) -> str:
    """A page without what differs from one request to the next."""
    said = answer.content.decode()
    said = re.sub(r'nonce="[^"]*"', "", said)
    return re.sub(r'name="(csrfmiddlewaretoken|once)" value="[^"]*"', "", said)


def ask(client: Client, row: dict[str, Any], address: str) -> Any:
    if "GET" in row["methods"]:
        return client.get(address)
    return client.post(address, {"once": new_once()})


def test_nobody_without_an_account_gets_past_a_closed_door():
    wrong = []
    for row in routes():
        if WITHOUT_ACCOUNT & set(row["roles"]):
            continue
        address = address_of(row, lambda kind: str(uuid4()))[0]
        answer = ask(Client(), row, address)
        if address.startswith("/api/"):
            led = answer.status_code == 401
        else:
            led = answer.status_code == 302 and answer["Location"].startswith("/sign-in/")
        if not led:
            wrong.append((row["name"], answer.status_code))
    assert wrong == []


def test_a_role_that_could_never_use_a_route_is_refused_before_any_look_up():
    """403 for one's own row, for another organisation's and for none at all: the refusal tells nothing."""
    house_ = house()
    clients = {role: signed_in(who) for role, who in house_.users.items()}
    wrong, cells = [], 0
    for row in routes():
        if {"signed_in", *WITHOUT_ACCOUNT} & set(row["roles"]):
            continue
        for role in ROLES:
            if role in row["roles"]:
                continue
            for address in (*address_of(row, lambda kind: str(house_.rows[kind].uuid)), *address_of(row, lambda kind: str(uuid4()))):
                cells += 1
                answer = ask(clients[role], row, address)
                if answer.status_code != 403:
                    wrong.append((row["name"], role, answer.status_code))
    assert wrong == []
    assert cells >= 200


def test_each_route_lets_somebody_in_and_keeps_the_foreign_out():
    """Own rows open for at least one role; a foreign row and a random one are one page, byte for byte."""
    mine, theirs = house(), house()
    clients = {role: signed_in(who) for role, who in mine.users.items()}
    wrong, opened = [], set()
    for row in routes():
        if {"signed_in", *WITHOUT_ACCOUNT} & set(row["roles"]) or row["name"] in ELSEWHERE:
            continue
        for role in set(ROLES) & set(row["roles"]):
            own = address_of(row, lambda kind: str(mine.rows[kind].uuid))
            foreign = address_of(row, lambda kind: str(theirs.rows[kind].uuid))
            never = address_of(row, lambda kind: str(uuid4()))
            for at, address in enumerate(own):
                answer = ask(clients[role], row, address)
                if answer.status_code < 400 or answer.status_code in {409, 422}:
                    opened.add(row["name"])
                if answer.status_code >= 500:
                    wrong.append((row["name"], role, "own", answer.status_code))
                if foreign[at] == address:
                    continue
                one, other = ask(clients[role], row, foreign[at]), ask(clients[role], row, never[at])
                if (one.status_code, other.status_code) not in {(404, 404), (403, 403)}:
                    wrong.append((row["name"], role, foreign[at], one.status_code, other.status_code))
                elif plain(one).replace(foreign[at], "") != plain(other).replace(never[at], ""):
                    wrong.append((row["name"], role, "not the same page"))
    assert wrong == []
    closed = {row["name"] for row in routes() if not {"signed_in", *WITHOUT_ACCOUNT} & set(row["roles"])}
    assert closed - opened - ELSEWHERE == set()


def address_of(row: dict[str, Any], uuid_of: Callable[[str], str]) -> list[str]:
    """The addresses of a route: one, or one per kind of row for those that serve several."""
    name = row["name"]
    if name in {"of_row", "take_step"}:
        steps = [{"step": STEP[machine]} if name == "take_step" else {} for machine in FOLDERS]
        return [
            reverse(name, kwargs={"folder": folder, "uuid": uuid_of(machine), **more})
            for (machine, folder), more in zip(FOLDERS.items(), steps, strict=True)
        ]
    given: dict[str, str] = dict(MORE.get(name, {}))
    if "<uuid:uuid>" in row["route"] or "(?P<uuid>" in row["route"]:
        given["uuid"] = uuid_of(KIND[name]) if name in KIND else NOBODY
        if name not in KIND and name not in ELSEWHERE:
            raise AssertionError(f"say in KIND which row {name} is about")
    if "<uuid:route>" in row["route"]:
        given["route"] = uuid_of("route")
    if "<uuid:row>" in row["route"]:
        given["row"] = uuid_of("support")
    if "<uuid:block>" in row["route"]:
        given["block"] = uuid_of("block")
    try:
        return [reverse(name, kwargs=given or None)]
    except NoReverseMatch as unknown:
        raise AssertionError(f"say in MORE what {name} is called with: {unknown}") from None
