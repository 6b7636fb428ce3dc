"""A wrong number put right, ended or made the main one, and what becomes of the texts that were on their way to it."""

import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client

from candidates.models import ContactRoute
from ground.once import new_once
from ground.phones import show_phone
from outreach.choices import MessageState
from outreach.models import Message, PhoneLine
from pathways.models import Interview, Pathway, Task
from pathways.services import interview
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
WRONG, RIGHT = "+447700900733", "+447700900744"


@pytest.fixture(autouse=True)
def provider(settings) -> None:
    settings.SMS_BACKEND, settings.SMS_HOURS = ["locmem"], "all"


class Reached:
    """Amina, whose number was written down wrong, with a chat booked in a week."""

    def __init__(self, *, mention: bool = True) -> None:
        self.scene = Scene()
        self.case = self.scene.open(first="Amina", last="Yusuf", phone=WRONG)
        ContactRoute.objects.update(may_mention=mention)
        self.when = self.scene.now + timedelta(days=7)
        self.browser = signed_in(self.scene.worker)

    @property
    def route(self) -> ContactRoute:
        return ContactRoute.objects.current().filter(candidate=self.case.candidate)[0]

    @property
    def home(self) -> str:
        return f"/people/{self.case.candidate.uuid}/"

    def chat(self) -> Interview:
        return interview.book_chat(
            case=self.case, when=self.when, place="Library", host=self.scene.worker, by=self.scene.by, at=self.scene.now
        )

    def put_right(self, value: str, **more: str) -> int:
        route = self.route
        data = {"value": value, "may_text": "on", "may_call": "on", "may_mention": "on", "version": route.version, "once": new_once()}
        return self.browser.post(f"{self.home}reach/{route.uuid}/", {**data, **more}).status_code

    def texts(self) -> list[tuple[str, str, str]]:
        rows = Message.objects.select_related("line").order_by("id")
        return [(row.line.e164, row.state, row.occasion.partition("#")[2]) for row in rows]

    def words(self) -> str:
        return page(self.browser, self.home)


def page(browser: Client, path: str) -> str:
    return re.sub(r"\s+", " ", browser.get(path).content.decode())


def test_the_number_itself_is_put_right_and_its_history_kept() -> None:
    them = Reached()
    form = page(them.browser, f"{them.home}reach/{them.route.uuid}/")
    assert 'value="07700 900733"' in form
    assert "Wrong number? Remove it" in form
    assert them.put_right("07700 900744") == 302
    assert them.route.value == RIGHT
    assert them.route.typed == "07700 900744"
    kept = apps.get_model("candidates", "ContactRouteEvent").objects.order_by("pgh_id")
    assert WRONG in kept.values_list("value", flat=True)
    assert 'href="tel:+447700900744"' in them.words()
    assert "07700 900733" not in them.words()


def test_a_number_that_is_none_a_number_they_have_and_a_stale_page_are_refused() -> None:
    them = Reached()
    assert them.put_right("07700 90") == 422
    ContactRoute.objects.create(candidate=them.case.candidate, kind="mobile", value=RIGHT, rank=2)
    assert them.put_right("07700 900744") == 422
    assert them.put_right("07700 900755", version=str(them.route.version + 3)) == 409
    assert them.route.value == WRONG


def test_a_waiting_text_is_withdrawn_and_written_anew_to_the_right_number() -> None:
    them = Reached()
    them.chat()
    assert them.put_right("07700 900744") == 302
    assert them.texts() == [(WRONG, "cancelled", ""), (RIGHT, "ready", "2")]
    bodies = list(Message.objects.values_list("body", flat=True).distinct())
    assert len(bodies) == 1
    assert them.put_right("07700 900744", safe_times="after 4pm") == 302
    assert len(them.texts()) == 2


def test_a_text_that_is_no_longer_true_is_withdrawn_and_not_written_again() -> None:
    them = Reached()
    chat = them.chat()
    interview.move_chat(chat=chat, when=them.when + timedelta(days=1), place="Library", host=None, by=them.scene.by, at=them.scene.now)
    assert them.put_right("07700 900744") == 302
    assert them.texts() == [(WRONG, "cancelled", ""), (WRONG, "cancelled", ""), (RIGHT, "ready", "2")]
    assert "Your chat is now on" in Message.objects.latest("id").body


def test_a_removed_number_gives_its_texts_to_the_next_one_or_to_a_worker() -> None:
    them = Reached()
    ContactRoute.objects.create(candidate=them.case.candidate, kind="mobile", value=RIGHT, rank=2, may_mention=True)
    them.chat()
    for says in (f"Still there: {show_phone(RIGHT)}", f"We will have no way to reach {them.case.candidate.called} by phone."):
        end = f"{them.home}reach/{them.route.uuid}/end/"
        assert says in page(them.browser, end)
        assert them.browser.post(end, {"version": them.route.version, "once": new_once()}).status_code == 302
    assert them.texts() == [(WRONG, "cancelled", ""), (RIGHT, "cancelled", "2")]
    assert Task.objects.get(pathway=them.case, kind="tell", state="open").words.startswith("Say: Your chat")
    assert "No way to reach them is known." in them.words()


def test_another_number_is_made_the_main_one_and_stands_first() -> None:
    them = Reached()
    them.chat()
    added = {"kind": "mobile", "value": "07700 900744", "main": "on", "may_text": "on", "may_call": "on", "may_mention": "on"}
    assert them.browser.post(f"{them.home}reach/add/", {**added, "once": new_once()}).status_code == 302
    assert [way.shown for way in them.browser.get(them.home).context["page"].reach] == [RIGHT, WRONG]
    assert them.texts() == [(WRONG, "cancelled", ""), (RIGHT, "ready", "2")]
    ContactRoute.objects.filter(value=RIGHT).update(may_call=False, may_text=False)
    assert [way.shown for way in them.browser.get(them.home).context["page"].reach] == [WRONG, RIGHT]


def test_what_is_no_longer_safe_is_not_said_on_the_same_number() -> None:
    them = Reached()
    them.chat()
    assert them.put_right("07700 900733", may_mention="") == 302
    assert [row.template.code for row in Message.objects.exclude(state="cancelled") if row.template] == ["chat-booked-neutral"]


def arrived(them: Reached) -> Message:
    them.chat()
    Message.objects.update(state=MessageState.DELIVERED, provider_id="one", accepted_at=them.scene.now, final_at=them.scene.now)
    return Message.objects.get()


def test_a_text_that_went_to_a_wrong_number_is_sent_again_once() -> None:
    them = Reached()
    message = arrived(them)
    again = f"/texts/{message.uuid}/again/"
    assert "to 07700 900733, delivered" in them.words()
    assert again not in them.words()
    assert them.browser.post(again, {"once": new_once()}).status_code == 422
    assert them.put_right("07700 900744") == 302
    assert again in them.words()
    assert them.browser.post(again, {"once": new_once()}).status_code == 302
    assert them.texts() == [(WRONG, "delivered", ""), (RIGHT, "ready", "2")]
    words = them.words()
    assert "A text goes to 07700 900744." in words
    assert again not in words
    assert them.browser.post(again, {"once": new_once()}).status_code == 409


def test_a_text_that_is_no_longer_true_is_not_sent_again() -> None:
    them = Reached()
    message = arrived(them)
    interview.cancel_chat(chat=Interview.objects.get(), by=them.scene.by, at=them.scene.now)
    assert them.put_right("07700 900744") == 302
    assert f"/texts/{message.uuid}/again/" not in them.words()
    assert them.browser.post(f"/texts/{message.uuid}/again/", {"once": new_once()}).status_code == 422


def test_a_step_says_beforehand_and_afterwards_which_text_goes_where() -> None:
    them = Reached()
    path = f"/pathways/{them.case.uuid}/steps/interview.book/"
    before = page(them.browser, path)
    assert "A text then goes to 07700 900733:" in before
    assert "Hello Amina" in before
    assert "is on (day) at (time), (place)." in before
    assert (Message.objects.count(), PhoneLine.objects.count()) == (0, 0)
    data = {"which": "tomorrow", "hour": "10:30", "place": "Library", "version": form_version(them.case), "once": new_once()}
    assert them.browser.post(path, data).status_code == 302
    words = them.words()
    assert "Chat booked. A text goes to 07700 900733." in words


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"may_text": False}, "This person has no mobile number that may be texted."),
        ({"opted_out": True}, "This number has asked for no more texts."),
    ],
)
def test_a_step_says_why_no_text_goes_and_that_a_task_holds_the_words(change: dict[str, bool], says: str) -> None:
    them = Reached()
    if change.pop("opted_out", False):
        them.chat()
        PhoneLine.objects.update(opted_out_at=them.scene.now)
        interview.cancel_chat(chat=Interview.objects.get(), by=them.scene.by, at=them.scene.now)
    ContactRoute.objects.update(**change)
    path = f"/pathways/{them.case.uuid}/steps/interview.book/"
    assert f"No text goes. {says} The words to say go on the list of what is to do." in page(them.browser, path)
    data = {"which": "today", "hour": "23:59", "place": "Library", "version": form_version(them.case), "once": new_once()}
    assert them.browser.post(path, data).status_code == 302
    assert "Chat booked. No text can go. The words to say go on the list of what is to do." in them.words()


def form_version(case: Pathway) -> int:
    return Pathway.objects.get(pk=case.pk).version
