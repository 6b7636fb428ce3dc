"""An employer says no: the words to tell the person are drafted by its reason, and go, or are said, when a worker presses."""

from datetime import datetime, time, timedelta

import pytest
from django.test import Client

from ground.clock import LONDON
from ground.door import Refused
from outreach import delivery
from outreach.backends import backend_named
from outreach.models import Message, PhoneLine
from outreach.services.line import line_of
from outreach.services.template import faults_of_words
from pathways.models import StageChange, Task
from pathways.services.contact import log_contact
from tests.factories import organisation, partner, user
from tests.pathways.declined import RING, USUAL, Told, box, path, press
from tests.pathways.test_employer_pages import page
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def provider(settings):
    settings.SMS_BACKEND, settings.SMS_HOURS = ["locmem"], ""
    backend_named("locmem").forget()


# -- drafted -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["employer", "worker"])
def test_a_no_asks_the_worker_to_tell_them_and_nothing_goes_by_itself(by):
    scene = Told()
    case = scene.amina()
    task = scene.declined(case, by=scene.by.speaking_for("employer", "phone") if by == "worker" else None)
    assert (task.owed_by, task.opened_by.step, task.opened_by.said_by) == (
        "worker",
        "decline_by_employer",
        "employer" if by == "worker" else "",
    )
    assert Message.objects.count() == 0
    client = signed_in(scene.worker)
    home = page(client, f"/people/{case.candidate.uuid}/")
    assert ("Tell the person: not taken further, Ward host, City Hospital" in home, path(task) in home) == (True, True)
    assert path(task) in page(client, "/today/")
    shown = page(client, path(task))
    assert ("Tell Amina" in shown, "City Hospital did not take <bdi>Amina</bdi> further for Ward host. Why: Hours." in shown) == (
        True,
        True,
    )
    assert "It goes to 07700 900111 when you press" in shown
    assert box(client, task) == f"{USUAL}We go on looking for hours that do. {RING}"
    assert Message.objects.count() == 0


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("filled", "The places in the job at City Hospital have been filled."),
        ("experience", "The job at City Hospital needs experience of another kind."),
        ("checks", "We would like to talk with you about why"),
        ("did_not_come", "Things get in the way: tell us"),
        ("other", "The job at City Hospital does not go further this time."),
        ("a_reason_of_ours", "The job at City Hospital does not go further this time."),
    ],
)
def test_the_words_are_drafted_by_the_reason(reason, words):
    scene = Told()
    task = scene.declined(reason=reason)
    assert words in box(signed_in(scene.worker), task)


def test_a_number_that_others_share_is_told_neither_what_nor_from_whom():
    scene = Told()
    task = scene.declined(scene.amina(shared=True))
    client = signed_in(scene.worker)
    assert box(client, task) == "Amina, this is Northgate. We have had an answer for you. To hear it, ring Sam on 0121 496 0123."
    refused = press(client, task, "text", words="Amina, this is Northgate. It is a no from city hospital.")
    assert refused.status_code == 422
    assert refused.context["form"].errors["words"] == ["Others share this number: leave out which employer it is."]
    assert "It is a no from city hospital." in refused.content.decode()
    assert Message.objects.count() == 0


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"phone": None}, "This person has no mobile number that may be texted."),
        ({"mention": False}, "Their number may not be sent anything about the programme."),
        ({"language": "ur", "english_is_fine": False}, "There is no wording in this person’s language."),
    ],
)
def test_where_no_text_may_carry_it_the_page_says_why_and_holds_the_words_to_say(more, why):
    scene = Told()
    task = scene.declined(scene.amina(**more))
    client = signed_in(scene.worker)
    shown = page(client, path(task))
    assert (f"No text can go. {why}" in shown, "<textarea" in shown, "Send as a text" in shown) == (True, False, False)
    assert "Say: The hours of the job at City Hospital do not fit" in shown
    assert "ring me on 0121 496 0123" in shown
    refused = press(client, task, "text", words="Not this one.")
    assert (refused.status_code, Message.objects.count()) == (422, 0)
    with pytest.raises(Refused, match="No text can go"):
        scene.send(task)
    assert press(client, task, "told").status_code == 302
    task.refresh_from_db()
    assert (task.state, task.closed_by_user) == ("done", scene.worker)


def test_a_number_that_wants_no_more_texts_and_texts_that_are_off_are_told_of(settings):
    scene = Told()
    task = scene.declined()
    line = line_of("+447700900111")
    PhoneLine.objects.filter(pk=line.pk).update(opted_out_at=scene.now)
    client = signed_in(scene.worker)
    assert "No text can go. This number has asked for no more texts." in page(client, path(task))
    with pytest.raises(Refused, match="asked for no more texts"):
        scene.send(task)
    PhoneLine.objects.filter(pk=line.pk).update(opted_out_at=None)
    settings.SMS_BACKEND = []
    assert "No text can go. Texts are switched off here." in page(client, path(task))


# -- sent, or said -----------------------------------------------------------------------------------------------------------------


def test_changed_and_sent_in_one_press_it_waits_in_the_outbox_and_the_task_is_done():
    scene = Told()
    task = scene.declined()
    client = signed_in(scene.worker)
    typed = "Hello Amina, this is Northgate.\nNot this one – the hours.  We go on. Ring Sam."
    answer = press(client, task, "text", words=typed)
    assert answer.status_code == 302
    text = Message.objects.get()
    change = StageChange.objects.get(step="decline_by_employer")
    assert text.body == "Hello Amina, this is Northgate. Not this one - the hours. We go on. Ring Sam."
    assert (text.state, text.line.e164, text.written_by, text.written_for, text.template.code, text.delivery_class) == (
        "ready",
        "+447700900111",
        scene.worker,
        change.uuid,
        "declined-hours",
        "at_most_once",
    )
    assert (text.fact, text.fact_value) == (f"introduction:{change.subject_id}", "declined_by_employer")
    task.refresh_from_db()
    assert (task.state, task.closed_by_user) == ("done", scene.worker)
    assert "A text goes to 07700 900111." in page(client, answer["Location"])
    assert client.get(path(task)).status_code == 302
    again = press(client, task, "text", words="Once more.")
    assert (again.status_code, Message.objects.count()) == (409, 1)


def test_it_goes_in_waking_hours_only_and_never_past_an_opt_out():
    scene = Told()
    night = datetime.combine(scene.today, time(22), tzinfo=LONDON)
    text = scene.send(scene.declined(), at=night)
    assert delivery.deliver(message_id=text.pk, at=night) == ""
    PhoneLine.objects.update(opted_out_at=night)
    delivery.deliver(message_id=text.pk, at=night + timedelta(hours=12))
    text.refresh_from_db()
    assert (text.state, text.reason) == ("suppressed", "opted_out")


def test_said_in_one_press_and_no_text_goes():
    scene = Told()
    task = scene.declined()
    assert press(signed_in(scene.worker), task, "told", words="").status_code == 302
    task.refresh_from_db()
    assert (task.state, task.closed_by_user, Message.objects.count()) == ("done", scene.worker, 0)


def test_a_talk_takes_care_of_it():
    scene = Told()
    task = scene.declined()
    log_contact(case=task.pathway, channel="call", outcome="spoke", by=scene.by, at=scene.now)
    task.refresh_from_db()
    assert task.state == "done"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("  ", "Write what to tell them first."),
        ("x" * 1601, "Use 1600 characters or fewer: this has 1601."),
        ("Not this one. We meet tomorrow.", "It names a day by its distance: a text that goes later would be wrong. Name the date."),
        ("Not this one: your DBS is not clear.", "“DBS” says too much about a person for a text: leave it out."),
        ("Not this one. Reply STOP if you like.", "“STOP” is a command to phones and providers: ask for another word."),
        ("Not this one. " + "We go on. " * 100, "It would be sent in 7 parts: make it shorter."),
    ],
)
def test_words_that_a_text_should_not_hold_are_refused_at_the_box(words, sentence):
    scene = Told()
    task = scene.declined()
    answer = press(signed_in(scene.worker), task, "text", words=words)
    assert (answer.status_code, answer.context["form"].errors["words"]) == (422, [sentence])
    assert Message.objects.count() == 0
    task.refresh_from_db()
    assert task.state == "open"


def test_what_the_draft_says_itself_is_not_held_against_it():
    assert faults_of_words("The job at City Hospital is gone.", drafted="The job at City Hospital does not go further.") == []
    assert len(faults_of_words("The job at City Hospital is gone.", drafted="The job does not go further.")) == 1


def test_a_press_of_neither_button_is_refused_and_an_old_page_is_a_conflict():
    scene = Told()
    task = scene.declined()
    client = signed_in(scene.worker)
    assert press(client, task, "", words="Not this one.").status_code == 422
    task.change(version=task.version, due_on=task.due_on + timedelta(days=1))
    task.version -= 1
    assert [press(client, task, what, words="Not this one.").status_code for what in ("text", "told")] == [409, 409]
    assert Message.objects.count() == 0


def test_it_is_for_those_who_have_the_person_and_of_a_decline_alone():
    scene = Told()
    task = scene.declined()
    stranger = user("outreach_worker", partner(scene.programme, organisation("delivery")), scene.programme)
    assert [signed_in(who).get(path(task)).status_code for who in (scene.lead, stranger, scene.employer)] == [200, 404, 403]
    assert press(signed_in(stranger), task, "told").status_code == 404
    assert Client().get(path(task))["Location"].startswith("/sign-in/")
    other = Task.objects.filter(pathway=task.pathway).exclude(kind="tell").order_by("id")[0]
    assert signed_in(scene.worker).get(path(other)).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_the_day_asks_no_more_for_three_than_for_one(django_assert_num_queries, number):
    scene = Told()
    for n in range(number):
        task = scene.declined(scene.amina(phone=f"+44770090020{n}"))
        Task.objects.exclude(pk=task.pk).filter(pathway=task.pathway).delete()
    client = signed_in(scene.worker)
    client.get("/today/")
    with django_assert_num_queries(15):
        assert page(client, "/today/").count("/words/") == number
