"""A chat at an employer's, and the words for a no, in a real browser: a phone's and a desk's width, nothing to stumble over."""

import re
from datetime import timedelta

import pytest

from ground.clock import today_london
from outreach.models import Message
from pathways.models import Interview, Note, Pathway, Task
from tests.pathways.declined import Told
from tests.pathways.hosting import Hosts
from tests.pathways.test_employer_browser import let_in, page, sound

__all__ = ["page"]
pytestmark = pytest.mark.browser


def test_a_worker_books_it_and_the_employer_says_how_it_went(server, page):
    scene = Hosts()
    case = scene.open(first="Zuleika", last="Marvell")
    Pathway.objects.filter(pk=case.pk).update(families=[scene.family.code])
    let_in(page, server, scene.worker)
    page.goto(f"{server.url}/pathways/{case.uuid}/steps/interview.book/")
    page.get_by_label("Today").check()
    page.get_by_label("Time").fill("23:30")
    page.get_by_label("Where?").fill("Main desk")
    page.get_by_label("Who holds it?").select_option(scene.trust.name)
    page.get_by_role("button", name="Book a chat").click()
    page.get_by_text("Say how the person agreed").first.wait_for()
    sound(page, "chat-without-a-yes")
    page.get_by_label("how did the person agree").select_option("By phone")
    page.get_by_role("button", name="Book a chat").click()
    page.get_by_text(f"hosted by {scene.trust.name}").first.wait_for()
    sound(page, "chat-hosted")
    page.context.clear_cookies()
    let_in(page, server, scene.employer)
    page.goto(f"{server.url}/start/")
    page.get_by_role("heading", name="Chats you host").wait_for()
    sound(page, "host-start")
    page.get_by_role("link", name="Chats you host").click()
    sound(page, "host-chats")
    page.get_by_role("link", name="Zuleika Marvell").first.click()
    page.get_by_text("Looking after buildings").wait_for()
    page.get_by_text("If you cannot make it").wait_for()
    sound(page, "host-chat")
    Interview.objects.update(at=scene.at)
    page.reload()
    sound(page, "host-chat-past")
    page.get_by_role("link", name="Say how it went").click()
    page.get_by_label("Anything their worker should know?").fill("Good with people")
    sound(page, "host-outcome")
    page.get_by_role("button", name="Say how it went").click()
    page.get_by_text("Zuleika Marvell: Chat held").first.wait_for()
    sound(page, "host-told")
    chat = Interview.objects.get()
    assert (chat.stage, chat.families, chat.held_on) == ("held", [scene.family.code], today_london(chat.at))
    page.get_by_role("button", name="Undo").first.click()
    page.get_by_text("undone").first.wait_for()
    assert Note.objects.get().voided_at is not None


def test_a_worker_changes_the_words_and_sends_them(server, page, settings):
    settings.SMS_BACKEND = ["locmem"]
    scene = Told()
    task = scene.declined()
    Task.objects.exclude(pk=task.pk).update(due_on=scene.today + timedelta(days=9))
    let_in(page, server, scene.worker)
    page.goto(f"{server.url}/today/")
    page.get_by_role("link", name="Words to tell them").click()
    sound(page, "decline-words")
    box = page.get_by_label("The text")
    assert box.input_value().startswith("Hello Amina, this is Northgate. The hours of the job at City Hospital")
    box.fill("Not this one. We meet tomorrow.")
    page.get_by_role("button", name="Send as a text").click()
    page.get_by_text("Name the date.").first.wait_for()
    sound(page, "decline-words-refused")
    page.get_by_label("The text").fill("Not this one.")
    page.get_by_role("button", name="Send as a text").click()
    page.wait_for_url(re.compile("/today/"))
    assert (Message.objects.get().body, Task.objects.get(pk=task.pk).state) == ("Not this one.", "done")
