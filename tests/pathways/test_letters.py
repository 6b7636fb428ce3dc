"""Letters for people whom no text reaches: looked at, made, printed, posted, taken back; and refused in words where none should go."""

from datetime import timedelta

import pytest

from accounts.models import Audit, Organisation
from candidates.models import Address, CandidateLink, ContactRoute
from ground.door import Conflict, Refused
from outreach.models import Contact
from pathways.models import LetterStop, Pathway, Task
from pathways.queries.letter import draft_of
from pathways.services import interview
from pathways.services.case import record_death
from pathways.services.contact import log_contact
from pathways.services.letter import allow_letters, make_letter, post_letter, stop_letters, throw_away_letter, unpost_letter
from pathways.services.task import add_task
from tests.pathways.letter_scene import Post
from tests.pathways.test_employer_pages import page
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def to(scene: Post, case: Pathway) -> tuple[tuple[str, ...], bool]:
    draft = draft_of(scene.to_tell(case), case, at=scene.now)
    assert draft.sheet is not None, draft.why_not
    return draft.sheet.to[1:], draft.named


# -- where it goes -----------------------------------------------------------------------------------------------------------------


def test_it_goes_to_the_address_given_for_letters_else_home_else_into_their_hand():
    scene = Post()
    given, home, nowhere = scene.amina(), scene.amina(write_to=""), scene.amina(write_to="")
    scene.lives(given, "9 Another Street")
    scene.lives(home, "7 Home Lane, Ladywood", "B1 1AA")
    assert to(scene, given) == (("12 Invented Road", "Ladywood", "Birmingham", "B1 1AA"), True)
    assert to(scene, home) == (("7 Home Lane", "Ladywood", "B1 1AA"), False)  # nobody asked who else reads letters there
    assert to(scene, nowhere) == ((), True)
    assert "it carries none, and you hand it over" in " ".join(draft_of(Task.objects.latest("id"), nowhere, at=scene.now).notes)


@pytest.mark.parametrize("safe", [True, False])
def test_by_post_to_the_address_you_have_is_no_address_but_says_what_is_safe_at_home(safe):
    scene = Post()
    home, nowhere = (scene.amina(write_to="By post to the address you have", mention=safe) for _ in range(2))
    scene.lives(home, "7 Home Lane", "B1 1AA")
    assert to(scene, home) == (("7 Home Lane", "B1 1AA"), safe)
    assert to(scene, nowhere) == ((), safe)


def test_an_address_that_is_over_a_postcode_alone_and_no_fixed_abode_are_no_addresses():
    scene = Post()
    old, code, none = (scene.amina(write_to="") for _ in range(3))
    Address.objects.create(candidate=old.candidate, lines="1 Old Street", valid_to=scene.today)
    scene.lives(code, "", "B1 1AA")
    Address.objects.create(candidate=none.candidate, lines="The hostel", no_fixed_abode=True)
    ended = scene.amina()
    ContactRoute.objects.filter(candidate=ended.candidate).update(ended_on=scene.today)
    assert [to(scene, case)[0] for case in (old, code, none, ended)] == [(), (), (), ()]


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("12 Invented Road", ("12 Invented Road",)),
        (
            "Flat 1; The Mews\n2 Mill Road,Ladywood, Birmingham, B1 1AA",
            ("Flat 1", "The Mews", "2 Mill Road", "Ladywood", "Birmingham, B1 1AA"),
        ),
        ("1" + "x" * 319, ("1" + "x" * 29 + "\u200b" + "x" * 29 + "…",)),
        (" , ;", ()),
    ],
)
def test_an_address_becomes_five_lines_at_most(typed, lines):
    scene = Post()
    assert to(scene, scene.amina(write_to=typed))[0] == lines


# -- what it says ------------------------------------------------------------------------------------------------------------------


def test_it_says_what_the_task_asks_to_tell_and_what_is_over_is_not_announced():
    scene = Post()
    case = scene.amina()
    told = {}
    chat_task = scene.to_tell(case)
    told["booked"] = chat_task
    told["book"] = Task.objects.create(pathway=case, kind="book_chat", subject="x", due_on=scene.today)
    told["next"] = Task.objects.create(pathway=case, kind="next_contact", subject="x", due_on=scene.today)
    said = {name: draft_of(task, case, at=scene.now).sheet.words[0] for name, task in told.items()}
    assert said["booked"].startswith("You have a chat on ")
    assert said["book"] == "Thank you for telling us about yourself. We would like to meet you for a chat."
    assert said["next"] == "We would like to talk with you."
    late = draft_of(chat_task, case, at=scene.now + timedelta(days=10))
    assert late.sheet.words == ("We would like to talk with you.",)


def test_one_about_a_chat_that_is_near_warns_that_the_post_may_be_too_slow():
    scene = Post()
    near, far = scene.amina(), scene.amina()
    warned = [draft_of(scene.to_tell(case, days=days), case, at=scene.now).notes for case, days in ((near, 1), (far, 12))]
    assert "by post it may come too late" in " ".join(warned[0])
    assert warned[1] == ()


def test_a_language_without_letters_is_said_and_the_letter_is_in_english():
    scene = Post()
    case = scene.amina(language="ti", english_is_fine=False)
    draft = draft_of(scene.to_tell(case), case, at=scene.now)
    assert (draft.sheet.language, "Somebody should read it to them." in draft.notes[0]) == ("en", True)


def test_without_a_number_of_ours_it_says_where_to_write_and_without_either_the_page_says_so():
    scene = Post()
    case = scene.amina()
    task = scene.to_tell(case)
    Organisation.objects.filter(pk=scene.delivery.pk).update(contact_phone="", contact_email="hello@northgate.example")
    case = Pathway.objects.select_related("candidate", "organisation", "owner").get(pk=case.pk)
    assert "To ask anything, write to us at hello@northgate.example." in draft_of(task, case, at=scene.now).sheet.after
    Organisation.objects.filter(pk=scene.delivery.pk).update(contact_email="")
    case = Pathway.objects.select_related("candidate", "organisation", "owner").get(pk=case.pk)
    assert "says nobody to ring" in " ".join(draft_of(task, case, at=scene.now).notes)


# -- none ---------------------------------------------------------------------------------------------------------------------------


def test_none_goes_to_the_dead_to_who_wants_none_or_for_what_is_done():
    scene = Post()
    dead, wants_none, done, never, unnamed = (scene.amina() for _ in range(5))
    tasks = {case.pk: scene.to_tell(case) for case in (dead, wants_none, done, never, unnamed)}
    letters = {case.pk: scene.letter(tasks[case.pk]) for case in (dead, wants_none, done, never)}
    record_death(candidate=dead.candidate, died_on=scene.today, by=scene.by, at=scene.now)
    stop_letters(candidate=wants_none.candidate, by=scene.by, at=scene.now)
    log_contact(case=done, channel="face_to_face", outcome="spoke", by=scene.by, at=scene.now)
    Pathway.objects.filter(pk=never.pk).update(do_not_contact=True)
    Pathway.objects.filter(pk=unnamed.pk).update(owner=None)
    why = {
        dead.pk: "This person has died",
        wants_none.pk: "They asked for no letters",
        done.pk: "This has been taken care of meanwhile",
        never.pk: "not to be contacted",
    }
    for case in (dead, wants_none, done, never):
        task = Task.objects.get(pk=tasks[case.pk].pk)
        with pytest.raises(Refused, match=why[case.pk]):
            make_letter(task=task, named=True, version=task.version, by=scene.by, at=scene.now)
        with pytest.raises(Refused, match=why[case.pk]):
            post_letter(letter=letters[case.pk], version=1, by=scene.by, at=scene.now)
    with pytest.raises(Refused, match="Nobody’s name could be put under a letter"):
        make_letter(task=tasks[unnamed.pk], named=False, version=1, by=scene.by, at=scene.now)
    assert not Contact.objects.filter(channel="letter").exists()
    client = signed_in(scene.worker)
    for case in (dead, wants_none, done, never):
        assert why[case.pk] in page(client, f"/letters/{letters[case.pk].uuid}/")
        assert client.get(f"/letters/{letters[case.pk].uuid}/letter.pdf").status_code == 409
    listed = page(client, "/letters/")
    assert "2 should not go any more and are not printed" in listed  # a death and a talk have closed the other tasks


def test_an_address_that_has_changed_or_is_no_longer_safe_asks_for_another_letter():
    scene = Post()
    moved, unsafe, vouched = scene.amina(), scene.amina(), scene.amina(mention=False)
    letters = [scene.letter(scene.to_tell(case)) for case in (moved, unsafe, vouched)]
    ContactRoute.objects.filter(candidate=moved.candidate).update(value="1 New Street")
    ContactRoute.objects.filter(candidate=unsafe.candidate).update(may_mention=False)
    client = signed_in(scene.worker)
    shown = [page(client, f"/letters/{letter.uuid}/") for letter in letters]
    assert "Their address has changed since: make the letter again." in shown[0]
    assert "It is no longer safe to say there who we are: make the letter again." in shown[1]
    assert "Do not send it." not in shown[2]  # whoever made it knew better, and said so


def test_a_stop_is_kept_once_and_ends():
    scene = Post()
    case = scene.amina()
    for _ in range(2):
        stop_letters(candidate=case.candidate, by=scene.by, at=scene.now)
    assert LetterStop.objects.count() == 1
    allow_letters(candidate=case.candidate, by=scene.by, at=scene.now)
    scene.letter(scene.to_tell(case))
    with pytest.raises(Conflict):
        allow_letters(candidate=case.candidate, by=scene.by, at=scene.now)


def test_nothing_that_a_letter_could_not_say():
    scene = Post()
    task = add_task(pathway=scene.amina(), words="Mend the printer", due_on=scene.today, by=scene.by, at=scene.now)
    with pytest.raises(Refused, match="nothing that a letter could say"):
        make_letter(task=task, named=True, version=task.version, by=scene.by, at=scene.now)


# -- made, posted, taken back -------------------------------------------------------------------------------------------------------


def test_made_again_it_takes_the_place_of_the_one_before_and_forgets_its_link():
    scene = Post()
    task = scene.to_tell()
    first, second = scene.letter(task), scene.letter(task)
    first.refresh_from_db()
    assert (first.state, first.link, second.state) == ("void", None, "ready")
    links = CandidateLink.objects.order_by("id")
    assert [link.revoked_at for link in links] == [scene.now, None]
    with pytest.raises(Conflict):
        post_letter(letter=first, version=first.version, by=scene.by, at=scene.now)
    with pytest.raises(Conflict):
        make_letter(task=task, named=True, version=99, by=scene.by, at=scene.now)


def test_posted_it_is_an_attempt_and_told_and_undone_it_is_owed_again():
    scene = Post()
    task = scene.to_tell()
    letter = post_letter(letter=scene.letter(task), version=1, by=scene.by, at=scene.now)
    task.refresh_from_db()
    contact = Contact.objects.get(channel="letter")
    assert (letter.state, letter.posted_on, letter.contact, task.state) == ("posted", scene.today, contact, "done")
    assert (contact.outcome, contact.by, contact.is_two_way) == ("sent", scene.worker, False)
    with pytest.raises(Conflict):
        post_letter(letter=letter, version=letter.version, by=scene.by, at=scene.now)
    back = unpost_letter(letter=letter, version=letter.version, by=scene.by, at=scene.now)
    task.refresh_from_db()
    contact.refresh_from_db()
    assert (back.state, back.posted_on, back.contact, task.state, contact.voided_at) == ("ready", None, None, "open", scene.now)
    assert back.link
    acts = set(Audit.objects.filter(person=letter.pathway.candidate.uuid, action__startswith="letter").values_list("action", flat=True))
    assert acts == {"letter.make", "letter.post", "letter.unpost"}


def test_what_waits_for_an_answer_stays_on_the_list_when_its_letter_is_posted():
    scene = Post()
    case = scene.amina()
    task = Task.objects.get(pathway=case, kind="book_chat")
    post_letter(letter=scene.letter(task), version=1, by=scene.by, at=scene.now)
    task.refresh_from_db()
    assert task.state == "open"


def test_a_step_taken_back_takes_its_letter_off_the_list():
    scene = Post()
    task = scene.to_tell()
    scene.letter(task)
    client = signed_in(scene.worker)
    assert "Amina" in page(client, "/letters/")
    chat = interview.Interview.objects.get()
    interview.cancel_chat(chat=chat, by=scene.by, at=scene.now)
    listed = page(client, "/letters/")
    assert ("No letter waits to be posted" in listed, Task.objects.filter(kind="tell", state="open").count()) == (True, 1)


def test_thrown_away_nothing_is_told_and_the_task_stays():
    scene = Post()
    task = scene.to_tell()
    letter = throw_away_letter(letter=scene.letter(task), version=1, by=scene.by, at=scene.now)
    task.refresh_from_db()
    assert (letter.state, letter.link, task.state) == ("void", None, "open")
    assert CandidateLink.objects.get().revoked_at == scene.now
    with pytest.raises(Conflict):
        throw_away_letter(letter=letter, version=letter.version, by=scene.by, at=scene.now)
