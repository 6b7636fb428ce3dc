"""One person from a stall to six months in work, by what can be pressed and typed; then every place that tells of it agrees."""

import re
from datetime import date, timedelta

import pytest
from django.core.management import call_command

from accounts.delivery import read_letter
from accounts.models import Mail
from accounts.services.second_factor import digits_now, give_second_factor
from ground.clock import read_clock, today_london
from outreach.models import Message
from pathways.models import Introduction, Pathway, Placement, PreEmploymentCheck, StageChange
from tests import factories
from tests.journeys.hand import DESKTOP, PHONE, Hand

pytestmark = [pytest.mark.browser, pytest.mark.slow("journeys")]
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WAY = [
    ("log_outreach", "outreach"),
    ("express_interest", "interested"),
    ("follow", "chat_booked"),
    ("follow", "chatted"),
    ("follow", "training_booked"),
    ("follow", "in_training"),
    ("mark_ready", "job_ready"),
    ("follow", "offered"),
    ("follow", "pre_start"),
    ("undo", "offered"),
    ("follow", "pre_start"),
    ("follow", "in_work"),
    ("follow", "sustained"),
]


@pytest.fixture(params=[(PHONE, True), (PHONE, False), (DESKTOP, True), (DESKTOP, False)], ids=["phone", "phone-bare", "desk", "desk-bare"])
def way_in(request, browser):
    """Opens a fresh browser of one size, with or without JavaScript."""
    size, scripts = request.param
    opened = []

    def fresh(site: str) -> Hand:
        context = browser.new_context(viewport=size, java_script_enabled=scripts)
        opened.append(context)
        context.set_default_timeout(10_000)
        return Hand(context.new_page(), site)

    yield fresh
    for context in opened:
        context.close()


def by_password(hand: Hand, email: str) -> None:
    """Sign in as staff do: password, then the code of the app."""
    hand.go("/sign-in/")
    hand.page.get_by_label("E-mail address").fill(email)
    hand.page.get_by_label("Password").fill(factories.PASSWORD)
    hand.press("button", "Sign in")
    if hand.page.get_by_label("Code").count():
        hand.page.get_by_label("Code").fill(digits_now(SECRET))
        hand.press("button", "Go on")


def by_mailbox(hand: Hand, email: str) -> None:
    """Sign in as an employer does: the code that came by e-mail."""
    hand.go("/sign-in/")
    hand.page.get_by_label("E-mail address").fill(email)
    hand.page.locator("button[name=way]").click()
    letter = read_letter(Mail.objects.filter(to=email, kind="accounts/sign_in_code").latest("pk"))
    hand.page.get_by_label("Code").fill(re.search(r"\b\d{6}\b", letter.body)[0])
    hand.press("button", "Go on")


def boxes(legend: date) -> tuple[int, int, int]:
    return legend.day, legend.month, legend.year


def texts() -> dict[str, int]:
    """How many texts wait, were delivered, or were called off, by what they tell of."""
    found: dict[str, int] = {}
    for code, state in Message.objects.values_list("template__code", "state"):
        found[f"{code} {state}"] = found.get(f"{code} {state}", 0) + 1
    return found


def test_from_a_stall_to_six_months_in_work(serve, way_in, settings):
    settings.SMS_BACKEND, settings.SMS_HOURS, settings.DEMO = ["console"], "all", True
    site = serve(DEMO="1").url
    factories.rates()
    world = factories.World()
    for who in (world.worker, world.lead):
        give_second_factor(user=who, secret=SECRET)
    world.heading(title="Ward host")
    world.heading(title="Porter")
    today = today_london(read_clock())
    world.course(name="Into health", starts_on=today, ends_on=today + timedelta(days=20))
    worker = way_in(site)
    by_password(worker, world.worker.email)

    worker.go("/people/add/")
    worker.fill("first_name", "Zuleika")
    worker.fill("last_name", "Marvell")
    worker.fill("phone", "07700 900123")
    worker.page.get_by_label("They are interested").uncheck()
    worker.press("button", "Save")
    if "/people/add/" in worker.page.url:
        worker.press("link", "Zuleika Marvell")
    home = worker.page.url.removeprefix(site).partition("?")[0].partition("#")[0]
    assert re.fullmatch(r"/people/[0-9a-f-]{36}/", home)
    case = Pathway.objects.get()
    assert case.stage == "outreach"

    def now(stage: str) -> bool:
        case.refresh_from_db()
        worker.go(home)
        assert case.stage == stage
        assert worker.page.locator(".person__where .tag").inner_text() == case.get_stage_display()
        return worker.sound

    worker.press("link", "Change 07700 900123")
    worker.page.get_by_label("Safe to mention the programme").check()
    worker.press("button", "Save")
    worker.go(home)
    worker.step("Interested")
    assert now("interested")
    worker.press("link", "Book a chat")
    worker.type_day("Day", boxes(today + timedelta(days=1)))
    worker.fill("hour", "10:30")
    worker.fill("place", "Library")
    worker.press("button", "Book a chat")
    assert now("chat_booked")
    worker.step("Chat held")
    assert now("chatted")
    worker.press("link", "Book a seat")
    worker.page.locator("[name=course]").select_option(index=1)
    worker.press("button", "Book a seat")
    assert now("training_booked")
    worker.step("Started the course")
    assert now("in_training")
    worker.step("Finished the course")
    assert now("job_ready")
    for opening in ("Porter", "Ward host"):
        worker.press("link", "Put forward to an opening")
        worker.page.get_by_label(f"{opening}, {world.trust.name}").check()
        worker.press("button", "Only note it for now")
        worker.go(home)
    ward_host = Introduction.objects.get(heading__title="Ward host")
    worker.page.locator(f"main a[href$='/introductions/{ward_host.uuid}/steps/send/']").click()
    worker.fill("consent_how", "By phone")
    worker.press("button", "Send to the employer")
    assert now("job_ready")

    dawn = way_in(site)
    by_mailbox(dawn, world.employer.email)
    dawn.go("/put-forward/")
    assert "Zuleika Marvell" in dawn.words
    dawn.press("link", "Offer the job")
    dawn.fill("offer_hours", "37.5")
    dawn.fill("offer_pay", "12.90")
    dawn.press("button", "Offer the job")
    assert dawn.sound
    assert now("offered")
    call_command("job", "sweep", verbosity=0)

    def accept() -> None:
        worker.press("link", "Accept the offer")
        assert worker.page.get_by_label(f"Porter, {world.trust.name}").is_checked()
        worker.press("button", "Accept the offer")
        assert now("pre_start")

    before = texts()
    accept()
    assert list(Placement.objects.values_list("stage", flat=True)) == ["checks_in_progress"]
    assert list(PreEmploymentCheck.objects.values_list("stage", flat=True)) == ["not_started"] * 6
    assert Introduction.objects.get(heading__title="Porter").stage == "superseded"
    assert texts() == {**before, "offer-accepted ready": 1}
    worker.press("link", "Undo: Accepted the offer")
    worker.press("button", "Undo")
    assert now("offered")
    assert list(Placement.objects.values_list("stage", flat=True)) == ["void"]
    assert set(PreEmploymentCheck.objects.values_list("stage", flat=True)) == {"void"}
    assert Introduction.objects.get(heading__title="Porter").stage == "draft"
    assert "offer-accepted ready" not in texts()
    accept()
    assert sorted(Placement.objects.values_list("stage", flat=True)) == ["checks_in_progress", "void"]
    assert Introduction.objects.get(heading__title="Porter").stage == "superseded"
    assert texts()["offer-accepted ready"] == 1

    worker.press("link", "Agree the start")
    worker.type_day("First day", boxes(today))
    worker.press("button", "Agree the start")
    assert now("pre_start")
    worker.press("link", "Started")
    worker.press("button", "Started")
    assert now("in_work")
    call_command("job", "sweep", verbosity=0)
    worker.go("/demo/day/")
    worker.fill("days", "186")
    worker.press("button", "Move the day on")
    call_command("job", "retention_checks", verbosity=0)
    assert now("in_work")
    six = Placement.objects.get(stage="in_post").retention_checks.get(milestone="six_months")
    worker.page.locator(f"main a[href$='/retention-checks/{six.uuid}/steps/confirm/']").click()
    worker.press("button", "Still in work")
    assert now("sustained")

    log = StageChange.objects.filter(pathway=case, machine="pathway").order_by("id").values_list("step", "to_stage")
    assert list(log) == WAY
    worker.go(f"{home}?all=1")
    for title in (
        "Said they are interested",
        "Chat held",
        "Finished the course",
        "Accepted the offer",
        "First day in work",
        "Still in work",
    ):
        assert title in worker.words, title
    candidate = case.candidate
    worker.go(f"/demo/phone/{candidate.uuid}/")
    arrived = [text.inner_text() for text in worker.page.locator(".phone__text").all()]
    assert len(arrived) == Message.objects.filter(accepted_at__isnull=False).count()
    assert worker.sound

    lead = way_in(site)
    by_password(lead, world.lead.email)
    lead.go("/board/funnel/")
    for phase in ("Expression of interest", "Interview", "Training", "Job offer", "Retention", "Sustained"):
        row = lead.page.locator("main tbody tr").filter(has=lead.page.get_by_role("rowheader", name=re.compile(f"^{phase}"))).first
        assert row.locator("td").first.inner_text().split()[0] == "1", phase
    assert lead.sound
