"""What steps tell people: the words, whom they are safe for, and what happens where no text can go."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import Organisation, User
from candidates.models import ContactRoute
from ground.actor import Actor
from ground.jobs import find
from outreach import delivery
from outreach.backends import backend_named
from outreach.models import Fact, Message, PhoneLine, Template
from pathways.models import Interview, Introduction, Pathway, Placement, RetentionCheck, StageChange, Task
from pathways.services import case as cases
from pathways.services import interview, introduction, placement, retention
from pathways.services import text as texts
from pathways.services.door import Taken
from pathways.services.undo import undo_step
from pathways.services.unsent import tell_unsent
from tests.factories import AT, DAY, World, person, rates

pytestmark = pytest.mark.django_db

#: Tuesday 1 December, ten in London.
TEN = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def provider(settings):
    settings.SMS_BACKEND, settings.SMS_HOURS = ["locmem"], ""
    backend_named("locmem").forget()


class Text(World):
    """A delivery partner called Northgate with a number, Sam who works there, and Amina."""

    def __init__(self) -> None:
        super().__init__()
        Organisation.objects.filter(pk=self.delivery.pk).update(name="Northgate", contact_phone="+441214960123")
        User.objects.filter(pk=self.worker.pk).update(name="Sam Field")
        self.delivery.refresh_from_db()
        self.worker.refresh_from_db()

    def amina(self, *, phone: str | None = "+447700900111", mention: bool = True, shared: bool = False, **more) -> Pathway:
        somebody = person(self.delivery, first="Amina", phone=phone, **more)
        ContactRoute.objects.filter(candidate=somebody).update(may_mention=mention, is_shared=shared)
        if phone is None:
            ContactRoute.objects.create(candidate=somebody, kind="letter", value="12 Invented Road")
        return self.case(candidate=somebody)

    def chat(self, case: Pathway, when: datetime = TEN, place: str = "Ladywood library") -> Interview:
        return interview.book_chat(case=case, when=when, place=place, host=self.worker, by=self.by, at=AT)

    def offered(self, case: Pathway) -> Introduction:
        rates()
        row = introduction.draft_introduction(case=case, heading=self.heading(), by=self.by, at=AT)
        introduction.send_introduction(introduction=row, consent_how="phone", by=self.by, at=AT)
        return introduction.offer_job(introduction=row, offer={"offer_hours": 37}, by=self.by, at=AT)

    def job(self, case: Pathway) -> Placement:
        introduction.accept_offer(introduction=self.offered(case), by=self.by, at=AT)
        return Placement.objects.get(pathway=case)


def bodies() -> list[str]:
    return list(Message.objects.order_by("id").values_list("body", flat=True))


def to_tell() -> list[tuple[str, str, date]]:
    return list(Task.objects.filter(kind="tell", state="open").order_by("id").values_list("subject", "words", "due_on"))


class TestWords:
    def test_a_chat_booked_moved_and_called_off(self):
        world = Text()
        chat = world.chat(world.amina())
        interview.move_chat(chat=chat, when=TEN + timedelta(hours=1, minutes=30), place="", host=None, by=world.by, at=AT)
        interview.cancel_chat(chat=chat, by=world.by, at=AT)
        assert bodies() == [
            "Hello Amina, this is Northgate. Your chat with Sam is on Tuesday 1 December at 10am, Ladywood library."
            " To see or change it: [their link]",
            "Hello Amina, this is Northgate. Your chat is now on Tuesday 1 December at 11:30am. To see or change it: [their link]",
            "Hello Amina, this is Northgate. Your chat on Tuesday 1 December at 11:30am is called off."
            " To find another time, ring Sam on 0121 496 0123.",
        ]

    def test_an_offer_a_yes_a_start_and_good_wishes(self):
        world = Text()
        job = world.job(world.amina())
        placement.agree_start(
            placement=job, start_on=date(2026, 12, 7), start_at="8:30", report_to="Dawn at the main desk", by=world.by, at=AT
        )
        placement.start_placement(placement=job, first_day=date(2026, 12, 7), by=world.by, at=AT + timedelta(days=14))
        assert bodies() == [
            f"Hello Amina, this is Northgate. Good news: you have a job offer from {world.trust.name}."
            " To hear about it, ring Sam on 0121 496 0123. To answer: [their link]",
            "Hello Amina, this is Northgate. You have said yes to the job. Well done. Next the employer makes its checks and agrees"
            " your first day with you. If anything is unclear, ring Sam on 0121 496 0123.",
            f"Hello Amina, this is Northgate. You start at {world.trust.name} on Monday 7 December at 8:30. Ask for Dawn at the main desk."
            " If anything changes, ring Sam on 0121 496 0123.",
            "Hello Amina, this is Northgate. We hope your first days in the job go well."
            " If anything gets difficult, ring Sam on 0121 496 0123. We are glad to listen.",
        ]

    def test_at_six_months_the_clock_asks_one_question(self):
        world = Text()
        job = world.job(world.amina())
        placement.start_placement(placement=job, first_day=DAY, by=world.by, at=AT)
        check = RetentionCheck.objects.get(placement=job, milestone="six_months")
        assert check.due_on == date(2027, 5, 23)
        due = datetime(2027, 5, 24, 9, 0, tzinfo=UTC)
        retention.move_with_the_clock(check=check, at=due)
        message = Message.objects.order_by("-id")[0]
        assert message.body == (
            "Hello Amina, this is Northgate. Are you still in the job that you began on 23 November 2026?"
            " Reply 1 still in the job, 2 left, 3 please call me. Or answer here: [their link]"
        )
        assert (message.delivery_class, message.expires_at) == ("at_most_once", due + timedelta(days=5))
        assert delivery.deliver(message_id=message.pk, at=due) == "accepted"

    def test_a_text_says_what_it_relies_on_and_until_when(self):
        world = Text()
        chat = world.chat(world.amina())
        message = Message.objects.get()
        change = StageChange.objects.get(machine="interview", step="book")
        assert message.occasion == f"interview:{chat.pk}@2026-12-01T10:00:chat-booked"
        assert (message.fact, message.fact_value) == (f"interview:{chat.pk}", "booked@2026-12-01T10:00:00+00:00")
        assert (message.written_for, message.not_before, message.expires_at) == (change.uuid, AT, TEN)
        assert (message.organisation, message.delivery_class) == (world.delivery, "at_least_once")


class TestTruth:
    def test_a_chat_that_moved_before_its_text_went_is_told_once_as_it_is(self):
        world = Text()
        chat = world.chat(world.amina())
        interview.move_chat(chat=chat, when=TEN + timedelta(hours=1), place="", host=None, by=world.by, at=AT)
        delivery.sweep(at=AT)
        assert list(Message.objects.order_by("id").values_list("state", "reason")) == [("expired", "untrue"), ("accepted", "")]

    def test_a_chat_cancelled_with_its_case_is_not_told_and_not_announced(self):
        world = Text()
        case = world.amina()
        world.chat(case)
        cases.withdraw(case=case, by=world.by, at=AT, taken=Taken(reason="other"))
        delivery.sweep(at=AT)
        assert list(Message.objects.values_list("state", "reason")) == [("cancelled", "case ended")]
        assert to_tell() == []

    def test_an_undone_step_takes_its_waiting_text_back_and_taken_again_writes_a_fresh_one(self):
        world = Text()
        row = world.offered(world.amina())
        introduction.accept_offer(introduction=row, by=world.by, at=AT)
        undo_step(change=StageChange.objects.get(step="accept"), by=world.by, at=AT)
        row.refresh_from_db()
        introduction.accept_offer(introduction=row, by=world.by, at=AT)
        told = Message.objects.filter(template__code="offer-accepted").order_by("id")
        assert list(told.values_list("state", "occasion")) == [
            ("cancelled", f"introduction:{row.pk}@:offer-accepted"),
            ("ready", f"introduction:{row.pk}@:offer-accepted#2"),
        ]
        delivery.sweep(at=AT)
        assert list(told.values_list("state", flat=True)) == ["cancelled", "accepted"]

    def test_a_text_already_sent_stays_and_the_step_taken_again_tells_again(self):
        world = Text()
        row = world.offered(world.amina())
        introduction.accept_offer(introduction=row, by=world.by, at=AT)
        delivery.sweep(at=AT)
        undo_step(change=StageChange.objects.get(step="accept"), by=world.by, at=AT)
        row.refresh_from_db()
        introduction.accept_offer(introduction=row, by=world.by, at=AT)
        told = Message.objects.filter(template__code="offer-accepted").order_by("id")
        assert list(told.values_list("state", flat=True)) == ["accepted", "ready"]

    def test_the_same_words_again_are_not_sent_twice_and_other_words_are(self):
        world = Text()
        job = world.job(world.amina())
        start = {"placement": job, "start_on": date(2026, 12, 7), "by": world.by, "at": AT}
        for report_to in ("Dawn", "Dawn", "Ade", "Dawn"):
            placement.agree_start(report_to=report_to, **start)
        told = Message.objects.filter(template__code="start-agreed").order_by("id").values_list("body", flat=True)
        assert [body.partition("Ask for ")[2].partition(".")[0] for body in told] == ["Dawn", "Ade", "Dawn"]

    def test_what_is_long_past_is_not_told(self):
        world = Text()
        job = world.job(world.amina())
        later = AT + timedelta(days=30)
        placement.start_placement(placement=job, first_day=date(2026, 12, 1), by=world.by, at=later)
        assert [body for body in bodies() if "first days" in body] == []
        assert to_tell() == []

    def test_a_register_texts_nobody(self):
        world = Text()
        case = world.amina()
        interview.book_chat(case=case, when=TEN, place="", host=None, by=Actor(kind="import"), at=AT)
        assert bodies() == []
        assert to_tell() == []
        assert Fact.objects.count() == 0


class TestSafeContact:
    def test_a_shared_phone_reads_the_first_name_first_and_nothing_of_the_employer(self):
        world = Text()
        job = world.job(world.amina(shared=True))
        placement.agree_start(
            placement=job, start_on=date(2026, 12, 7), start_at="8:30", report_to="Dawn, Heartlands Hospital", by=world.by, at=AT
        )
        assert bodies() == [
            "Amina, this is Northgate. We have good news for you. To hear it, ring Sam on 0121 496 0123.",
            "Amina, this is Northgate. Thank you, we have passed on your yes. We will tell you what comes next."
            " If anything is unclear, ring Sam on 0121 496 0123.",
            "Amina, this is Northgate. You start on Monday 7 December at 8:30. If anything changes, ring Sam on 0121 496 0123.",
        ]

    def test_where_the_programme_must_not_be_mentioned_a_neutral_text_goes_or_none(self):
        world = Text()
        case = world.amina(mention=False)
        world.chat(case)
        job = world.job(case)
        placement.agree_start(placement=job, start_on=date(2026, 12, 7), report_to="Dawn", by=world.by, at=AT)
        placement.start_placement(placement=job, first_day=date(2026, 12, 7), by=world.by, at=AT + timedelta(days=14))
        assert bodies() == [
            "Hello Amina, this is Sam. See you on Tuesday 1 December at 10am. If tht does not suit you, please ring me on 0121 496 0123.",
            "Hello Amina, this is Sam. Please ring me on 0121 496 0123 when it suits you.",
            "Hello Amina, this is Sam. Please ring me on 0121 496 0123 when it suits you.",
        ]

    def test_a_neutral_text_needs_a_name_that_is_not_the_organisations(self):
        world = Text()
        case = world.amina(mention=False)
        Pathway.objects.filter(pk=case.pk).update(owner=None)
        world.chat(Pathway.objects.get(pk=case.pk))
        assert bodies() == []
        assert len(to_tell()) == 1

    def test_the_preferred_mobile_that_may_be_texted_is_used(self):
        world = Text()
        case = world.amina(phone="+447700900112")
        add = ContactRoute.objects.create
        add(candidate=case.candidate, kind="mobile", value="+447700900113", rank=0, may_text=False, may_mention=True)
        add(candidate=case.candidate, kind="mobile", value="+447700900114", rank=0, ended_on=DAY, may_mention=True)
        add(candidate=case.candidate, kind="mobile", value="+447700900115", rank=0, may_mention=True)
        world.chat(case)
        assert Message.objects.get().line.e164 == "+447700900115"

    def test_the_name_to_use_is_used(self):
        world = Text()
        world.chat(world.amina(known_as="Mina"))
        assert bodies()[0].startswith("Hello Mina, this is Northgate.")

    def test_a_case_that_is_not_to_be_contacted_is_not(self):
        world = Text()
        case = world.amina()
        Pathway.objects.filter(pk=case.pk).update(do_not_contact=True)
        world.chat(Pathway.objects.get(pk=case.pk))
        assert bodies() == []


class TestWithoutAPhone:
    def test_the_text_becomes_a_task_with_the_words_to_say(self):
        world = Text()
        chat = world.chat(world.amina(phone=None))
        assert bodies() == []
        assert to_tell() == [
            (
                f"interview:{chat.pk}",
                "Say: Your chat with Sam is on Tuesday 1 December at 10am, Ladywood library."
                " If that does not suit you, ring me on 0121 496 0123.",
                date(2026, 11, 24),
            )
        ]

    def test_the_task_changes_with_the_chat_and_goes_with_an_undo(self):
        world = Text()
        chat = world.chat(world.amina(phone=None))
        interview.move_chat(chat=chat, when=TEN + timedelta(days=1), place="", host=None, by=world.by, at=AT)
        assert [words[:60] for _, words, _ in to_tell()] == ["Say: Your chat is now on Wednesday 2 December at 10am. If tha"]
        undo_step(change=StageChange.objects.get(machine="interview", step="move"), by=world.by, at=AT)
        assert [words[:60] for _, words, _ in to_tell()] == ["Say: Your chat with Sam is on Tuesday 1 December at 10am, La"]

    def test_a_number_that_opted_out_makes_a_task_too(self):
        world = Text()
        case = world.amina()
        first = world.chat(case)
        PhoneLine.objects.update(opted_out_at=AT, opted_out_how="stop")
        second = world.chat(case, when=TEN + timedelta(days=1))
        assert Message.objects.count() == 1
        assert [subject for subject, _, _ in to_tell()] == [f"interview:{second.pk}"]
        assert first.pk != second.pk

    def test_what_the_person_said_themselves_needs_no_telling(self):
        world = Text()
        case = world.amina(phone=None)
        said = world.by.speaking_for("candidate", "in_person")
        interview.book_chat(case=case, when=TEN, place="", host=None, by=said, at=AT)
        assert to_tell() == []

    def test_a_first_day_before_any_text_may_go_is_told_by_voice(self):
        world = Text()
        job = world.job(world.amina())
        saturday_night = datetime(2026, 12, 5, 20, 30, tzinfo=UTC)
        placement.agree_start(placement=job, start_on=date(2026, 12, 7), by=world.by, at=saturday_night)
        assert [(words, due) for subject, words, due in to_tell() if subject.startswith("placement")] == [
            (
                f"Say: You start at {world.trust.name} on Monday 7 December. If anything changes, ring me on 0121 496 0123.",
                date(2026, 12, 7),
            )
        ]

    def test_a_language_without_wording_is_told_by_voice_unless_english_is_fine(self):
        world = Text()
        world.chat(world.amina(language="ur", english_is_fine=False))
        assert bodies() == []
        assert len(to_tell()) == 1
        world.chat(world.amina(language="ur", english_is_fine=True, phone="+447700900116"))
        assert len(bodies()) == 1

    def test_a_retired_wording_never_stops_a_step(self):
        world = Text()
        texts.load_texts(at=AT)
        Template.objects.update(retired_at=AT)
        chat = world.chat(world.amina())
        assert chat.stage == "booked"
        assert [words for _, words, _ in to_tell()] == [""]


class TestUnsent:
    def test_a_text_that_did_not_go_becomes_the_workers_words_once(self):
        world = Text()
        chat = world.chat(world.amina())
        PhoneLine.objects.update(opted_out_at=AT, opted_out_how="stop")
        delivery.sweep(at=AT)
        assert tell_unsent(at=AT) == 1
        assert tell_unsent(at=AT) == 0
        assert to_tell() == [
            (
                f"interview:{chat.pk}",
                "A text did not go. Say: Your chat with Sam is on Tuesday 1 December at 10am, Ladywood library."
                " If that does not suit you, ring Sam on 0121 496 0123.",
                DAY,
            )
        ]

    def test_one_that_may_have_arrived_says_so(self):
        world = Text()
        world.chat(world.amina())
        Message.objects.update(state="abandoned", final_at=AT)
        assert tell_unsent(at=AT) == 1
        assert to_tell()[0][1].startswith("This text may not have arrived: Your chat with Sam is on")

    def test_one_that_came_too_late_to_be_sent_is_said_while_it_is_true(self):
        world = Text()
        chat, gone = world.chat(world.amina()), world.chat(world.amina(phone="+447700900117"))
        Fact.objects.filter(key=f"interview:{gone.pk}").update(value="changed since")
        assert delivery.drop_late(at=TEN) == 2
        assert tell_unsent(at=TEN) == 1
        assert tell_unsent(at=TEN) == 0
        assert [(subject, words[:33], due) for subject, words, due in to_tell()] == [
            (f"interview:{chat.pk}", "A text did not go. Say: Your chat", date(2026, 12, 1))
        ]

    def test_what_is_no_longer_true_or_of_use_is_left(self):
        world = Text()
        chat = world.chat(world.amina())
        PhoneLine.objects.update(opted_out_at=AT, opted_out_how="stop")
        delivery.sweep(at=AT)
        assert tell_unsent(at=TEN) == 0
        interview.cancel_chat(chat=chat, by=world.by.speaking_for("candidate", "phone"), at=AT)
        assert tell_unsent(at=AT) == 0
        assert to_tell() == []

    def test_good_wishes_need_no_voice(self):
        world = Text()
        introduction.accept_offer(introduction=world.offered(world.amina()), by=world.by, at=AT)
        Message.objects.filter(template__code="offer-accepted").update(state="rejected", final_at=AT)
        assert tell_unsent(at=AT) == 0

    def test_the_clock_asks_for_it_each_minute(self):
        world = Text()
        world.chat(world.amina())
        PhoneLine.objects.update(opted_out_at=AT, opted_out_how="stop")
        delivery.sweep(at=AT)
        job = find("tell_unsent")
        assert job.every == timedelta(minutes=1)
        assert job.work(at=AT, dry_run=True) == "1 texts did not go"
        assert to_tell() == []
        assert job.work(at=AT, dry_run=False) == "1 to be told by voice"
        assert len(to_tell()) == 1
