"""The pages of letters: from the list of the day to the post and back, all at once, and for nobody else."""

import re

import pytest
from django.test import Client

from accounts.models import Audit
from ground.door import Refused
from outreach.models import Contact
from pathways.models import Letter, Task
from pathways.services.letter import post_letter, throw_away_letter, unpost_letter
from tests.factories import actor, organisation, partner, user
from tests.pathways.letter_scene import Post, pages_of, press
from tests.pathways.test_employer_pages import page
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def test_from_today_to_a_posted_letter_and_back():
    scene = Post()
    task = scene.to_tell()
    client = signed_in(scene.worker)
    address = f"/tasks/{task.uuid}/letter/"
    assert address in page(client, "/today/")
    shown = page(client, address)
    assert ("A letter to <bdi>Amina</bdi>" in shown, "You have a chat on " in shown, "12 Invented Road" in shown) == (True, True, True)
    assert not Letter.objects.exists()
    made = press(client, address, version=task.version, named="on", back="/today/?row=x&place=0")
    letter = Letter.objects.get()
    assert made["Location"].startswith(f"/letters/{letter.uuid}/")
    assert "Print it (PDF)" in page(client, made["Location"])
    file = client.get(f"/letters/{letter.uuid}/letter.pdf")
    assert (file["Content-Type"], file["Content-Disposition"]) == ("application/pdf", 'attachment; filename="letter.pdf"')
    assert "no-store" in file["Cache-Control"]
    assert "You have a chat on " in pages_of(file.content)[0]
    assert Letter.objects.get().state == "ready"  # looking and printing post nothing
    posted = press(client, f"/letters/{letter.uuid}/posted/", version=letter.version, back="/today/?row=x&place=0")
    assert f"did=letter-{letter.uuid}" in posted["Location"]
    assert "The letter is logged as posted." in page(client, posted["Location"])
    assert "Sent a letter" in page(client, f"/people/{task.pathway.candidate.uuid}/")
    undone = press(client, f"/letters/{letter.uuid}/undo/", back="/letters/")
    assert undone["Location"] == "/letters/"
    assert Letter.objects.get().state == "ready"
    assert address in page(client, "/today/")


def test_the_list_prints_all_and_logs_all_and_shows_what_was_posted():
    scene = Post()
    letters = [scene.letter(scene.to_tell(scene.amina(first=f"Person{number}"))) for number in range(3)]
    client = signed_in(scene.worker)
    listed = page(client, "/letters/")
    assert ("Print 3 letters (one PDF)" in listed, listed.count("Look at it")) == (True, 3)
    file = client.get("/letters.pdf")
    assert file["Content-Disposition"] == 'attachment; filename="letters.pdf"'
    assert [f"Person{number}" in text for number, text in enumerate(pages_of(file.content)[::2])] == [True] * 3
    assert Audit.objects.get(action="letter.print").rows == 3
    ids = re.search(r'name="letters" value="([^"]*)"', listed)
    assert ids is not None
    assert set(ids.group(1).split()) == {str(letter.uuid) for letter in letters}
    press(client, "/letters/posted/", letters=ids.group(1))
    assert set(Letter.objects.values_list("state", flat=True)) == {"posted"}
    assert Contact.objects.filter(channel="letter").count() == 3
    assert "No letter waits to be posted" in page(client, "/letters/")
    assert page(client, "/letters/?show=posted").count("/undo/") == 3
    assert client.get("/letters.pdf").status_code == 302


@pytest.mark.parametrize("named", [True, False])
def test_a_letter_that_says_nothing_of_what_it_is_about_is_said_to(named):
    scene = Post()
    task = Task.objects.get(pathway=scene.amina(), kind="book_chat")
    letter = scene.letter(task, named=named)
    client = signed_in(scene.worker)
    shown = page(client, f"/letters/{letter.uuid}/")
    assert ("Thank you for telling us" in shown, "it only asks them to get in touch" in shown) == (named, not named)
    assert ("The letter does not say what about" in page(client, "/letters/")) is not named
    telling = scene.letter(scene.to_tell(), named=False)
    assert "it only asks them to get in touch" not in page(client, f"/letters/{telling.uuid}/")  # it says when to meet


def test_of_many_one_foreign_refuses_all_and_one_that_changed_is_left():
    scene = Post()
    mine = [scene.letter(scene.to_tell(scene.amina(first=f"Person{number}"))) for number in range(2)]
    foreign = scene.foreign()
    client = signed_in(scene.worker)
    both = " ".join(str(each.uuid) for each in (*mine, foreign))
    assert press(client, "/letters/posted/", letters=both).status_code == 404
    assert not Letter.objects.filter(state="posted").exists()
    throw_away_letter(letter=mine[0], version=1, by=scene.by, at=scene.now)
    answer = press(client, "/letters/posted/", letters=" ".join(str(each.uuid) for each in mine))
    assert "1 letter not logged: something has changed meanwhile." in page(client, answer["Location"])
    assert press(client, "/letters/posted/", letters="nonsense").status_code == 422


def test_whose_letters_and_a_page_at_a_time():
    scene = Post()
    for number in range(27):
        scene.letter(scene.to_tell(scene.amina(first=f"Person{number}")))
    colleague = signed_in(scene.colleague)
    assert "No letter waits to be posted" in page(colleague, "/letters/")
    assert page(colleague, "/letters/?whose=team").count("Look at it") == 25
    mine = page(signed_in(scene.worker), "/letters/")
    assert ("Print 27 letters" in mine, mine.count("Look at it")) == (True, 25)
    after = re.search(r'href="(\?[^"]*after=[^"]*)"', mine)
    assert after is not None
    assert page(signed_in(scene.worker), f"/letters/{after.group(1).replace('&amp;', '&')}").count("Look at it") == 2


def test_letters_are_for_those_who_have_the_person():
    scene = Post()
    task = scene.to_tell()
    letter = scene.letter(task)
    stranger = user("outreach_worker", partner(scene.programme, organisation("delivery")), scene.programme)
    addresses = [f"/tasks/{task.uuid}/letter/", f"/letters/{letter.uuid}/", f"/letters/{letter.uuid}/letter.pdf"]
    for address in addresses:
        assert [signed_in(who).get(address).status_code for who in (scene.lead, stranger, scene.employer)] == [200, 404, 403]
        assert Client().get(address)["Location"].startswith("/sign-in/")
    for what in ("posted", "undo", "throw-away"):
        assert press(signed_in(stranger), f"/letters/{letter.uuid}/{what}/", version=1).status_code == 404
        assert signed_in(scene.worker).get(f"/letters/{letter.uuid}/{what}/").status_code == 405
    assert press(signed_in(stranger), f"/people/{task.pathway.candidate.uuid}/letters/", press="stop").status_code == 404
    assert "Amina" not in page(signed_in(stranger), "/letters/?whose=team")


def test_an_old_page_a_second_press_and_a_press_of_nothing():
    scene = Post()
    task = scene.to_tell()
    client = signed_in(scene.worker)
    address = f"/tasks/{task.uuid}/letter/"
    assert press(client, address, named="on").status_code == 422
    assert press(client, address, named="on", version=task.version + 1).status_code == 409
    press(client, address, named="on", version=task.version)
    letter = Letter.objects.get()
    assert [press(client, f"/letters/{letter.uuid}/posted/", version=1).status_code for _ in range(2)] == [302, 409]
    assert press(client, f"/letters/{letter.uuid}/posted/").status_code == 422
    assert Contact.objects.filter(channel="letter").count() == 1


def test_no_letters_said_on_the_page_and_taken_back_there():
    scene = Post()
    task = scene.to_tell()
    client = signed_in(scene.worker)
    where, person = f"/tasks/{task.uuid}/letter/", f"/people/{task.pathway.candidate.uuid}/letters/"
    press(client, person, press="stop", back=where)
    assert "No letter can be made. They asked for no letters." in page(client, where)
    press(client, person, press="allow", back=where)
    assert "Make the letter" in page(client, where)


def test_the_lead_later_and_nobody_else_takes_back_what_another_posted():
    scene = Post()
    letter = post_letter(letter=scene.letter(), version=1, by=scene.by, at=scene.now)
    with pytest.raises(Refused):
        unpost_letter(letter=letter, version=letter.version, by=actor(scene.colleague), at=scene.now)
    letter.refresh_from_db()
    assert letter.state == "posted"
    assert unpost_letter(letter=letter, version=letter.version, by=actor(scene.lead), at=scene.now).state == "ready"


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_no_more_for_three_than_for_one(django_assert_num_queries, number):
    scene = Post()
    for each in range(number):
        scene.letter(scene.to_tell(scene.amina(first=f"Person{each}")))
    client = signed_in(scene.worker)
    client.get("/letters/")
    with django_assert_num_queries(17):
        assert page(client, "/letters/").count("Look at it") == number
    with django_assert_num_queries(15):
        client.get("/letters.pdf")
