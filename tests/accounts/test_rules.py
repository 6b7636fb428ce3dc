"""What a programme sets for itself: dated rows that nobody edits, one programme's beside another's, and the page that sets them."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.choices import MilestoneCode, ReasonKind, RuleCode
from accounts.models import Audit, Milestone, Organisation, Programme, ProgrammeRule, Reason, User
from accounts.services.programme import add_programme, lay_out_standard_rows
from accounts.services.rule import set_milestone, set_reason, set_rule
from accounts.standard import RULES
from ground.actor import SYSTEM
from ground.clock import read_clock, today_london
from ground.door import Conflict, Refused
from ground.once import new_once
from tests import factories
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
RANDOM = "8a3b9c1e-0d5f-4e7a-9b2c-6d1f0a4e8c3b"
TODAY = factories.DAY
WHO = {"by": SYSTEM, "at": factories.AT}


@pytest.fixture
def trust() -> Organisation:
    lay_out_standard_rows()
    return factories.organisation(name="Ladywood Trust")


@pytest.fixture
def programme(trust: Organisation) -> Programme:
    return factories.programme(trust, name="Into health")


@pytest.fixture
def lead(trust: Organisation, programme: Programme) -> User:
    return factories.user("programme_lead", trust, programme, name="Dilys Lead")


def value(code: str, programme: Programme, day: date) -> Any:
    return ProgrammeRule.objects.value(code, programme=programme.pk, day=day)


# -- dated truth -------------------------------------------------------------------------------------------------------------------


def test_the_rows_of_the_migration_say_what_the_product_ships_with() -> None:
    rows = {row.code: row.value for row in ProgrammeRule.objects.filter(programme__isnull=True)}
    assert rows == {code.value: shipped.value for code, shipped in RULES.items()}
    assert set(rows) == set(RuleCode.values)
    assert all(shipped.accepts(shipped.value) for shipped in RULES.values())


def test_a_change_holds_from_its_day_on_and_in_its_programme_alone(programme: Programme) -> None:
    other = factories.programme()
    set_rule(programme=programme, code="quiet_days", value=14, valid_from=TODAY, version=1, **WHO)
    set_rule(programme=programme, code="quiet_days", value=21, valid_from=TODAY + timedelta(days=30), version=2, **WHO)
    days = [TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=29), TODAY + timedelta(days=30), TODAY + timedelta(days=400)]
    assert [value("quiet_days", programme, day) for day in days] == [28, 14, 14, 21, 21]
    assert {value("quiet_days", other, day) for day in days} == {28}
    history = ProgrammeRule.objects.history("quiet_days")
    assert [history.value(programme.pk, day) for day in days] == [28, 14, 14, 21, 21]
    standing = ProgrammeRule.objects.standing(["quiet_days", "stuck_days"], day=TODAY)
    assert [standing.value(code, each.pk) for code in ("quiet_days", "stuck_days") for each in (programme, other)] == [14, 28, 14, 14]


def test_of_two_changes_from_one_day_the_later_holds_and_both_are_kept(programme: Programme) -> None:
    set_rule(programme=programme, code="caseload_limit", value=250, valid_from=TODAY, version=1, **WHO)
    set_rule(programme=programme, code="caseload_limit", value=30, valid_from=TODAY, why="A zero too many", version=2, **WHO)
    assert value("caseload_limit", programme, TODAY) == 30
    rows = ProgrammeRule.objects.filter(programme=programme).order_by("id")
    assert list(rows.values_list("value", "why")) == [(250, ""), (30, "A zero too many")]
    assert list(Audit.objects.order_by("id").values_list("action", "fields"))[-1] == ("rule.set", ["caseload_limit", "valid_from"])


@pytest.mark.parametrize(
    "model", [ProgrammeRule, pytest.param(Milestone, id="Milestone"), pytest.param(Reason, id="Reason")], ids=lambda each: each.__name__
)
def test_the_database_itself_edits_no_rule(programme: Programme, model: Any) -> None:
    row = model.objects.order_by("id").first()
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        model.objects.filter(pk=row.pk).update(valid_from=TODAY)


def test_the_past_and_what_makes_no_sense_are_refused(programme: Programme) -> None:
    wrong = {
        "past": ({"valid_from": TODAY - timedelta(days=1)}, "valid_from"),
        "too many": ({"value": 501}, "value"),
        "no number": ({"value": "many"}, "value"),
        "the same": ({"value": 25}, "value"),
    }
    for more, field in wrong.values():
        with pytest.raises(Refused) as refused:
            set_rule(**{"programme": programme, "code": "caseload_limit", "value": 30, "valid_from": TODAY, "version": 1, **WHO, **more})
        assert refused.value.field == field
    for empty in ([], ["made_up"]):
        with pytest.raises(Refused):
            set_rule(programme=programme, code="check_list", value=empty, valid_from=TODAY, version=1, **WHO)
    assert not ProgrammeRule.objects.filter(programme=programme).exists()


def test_who_was_overtaken_is_told(programme: Programme) -> None:
    set_rule(programme=programme, code="caseload_limit", value=30, valid_from=TODAY, version=1, **WHO)
    with pytest.raises(Conflict):
        set_rule(programme=programme, code="caseload_limit", value=20, valid_from=TODAY, version=1, **WHO)
    set_rule(programme=programme, code="stuck_days", value=20, valid_from=TODAY, version=1, **WHO)


def test_a_milestone_changes_for_jobs_that_begin_later(programme: Programme) -> None:
    day = TODAY + timedelta(days=10)
    set_milestone(programme=programme, code="four_weeks", window_days=21, in_use=True, valid_from=day, version=2, **WHO)
    set_milestone(programme=programme, code="thirteen_weeks", window_days=14, in_use=False, valid_from=day, version=2, **WHO)
    set_milestone(programme=programme, code="twenty_six_weeks", window_days=28, in_use=True, valid_from=day, version=1, **WHO)

    def asked(on: date) -> dict[str, int]:
        return {row.code: row.window_days for row in Milestone.objects.standing(programme.pk, on)}

    assert asked(day - timedelta(days=1)) == {"four_weeks": 14, "thirteen_weeks": 14, "six_months": 28}
    assert asked(day) == {"four_weeks": 21, "six_months": 28, "twenty_six_weeks": 28}
    with pytest.raises(Refused, match="always asked after"):
        set_milestone(programme=programme, code="six_months", window_days=28, in_use=False, valid_from=day, version=2, **WHO)


def test_reasons_are_added_said_otherwise_and_no_longer_offered(programme: Programme) -> None:
    given = {"programme": programme, "kind": "leave", "valid_from": TODAY, **WHO}
    added = set_reason(label="Went to university", version=1, **given)
    assert added.code == "went_to_university"
    set_reason(code="health", label="Ill health", version=2, **given)
    set_reason(code="travel", label="Travel", in_use=False, version=3, **given)
    own = dict(Reason.objects.choices(programme, "leave", TODAY))
    before = dict(Reason.objects.choices(programme, "leave", TODAY - timedelta(days=1)))
    others = dict(Reason.objects.choices(factories.programme(), "leave", TODAY))
    assert (own["health"], own["went_to_university"], "travel" in own) == ("Ill health", "Went to university", False)
    assert before == others
    assert (others["health"], "went_to_university" in others, "travel" in others) == ("Health", False, True)
    assert list(own)[-1] == "went_to_university"
    with pytest.raises(Refused, match="already"):
        set_reason(label="ill HEALTH", version=4, **given)


def test_a_programme_begun_with_its_own_limit_has_a_row_of_it(trust: Organisation) -> None:
    made = add_programme(
        name="Small", code="small", organisation=trust, starts_on=TODAY, caseload_limit=12, funnel_starts_at="outreach", **WHO
    )
    rows = dict(ProgrammeRule.objects.filter(programme=made).values_list("code", "value"))
    assert rows == {"caseload_limit": 12, "funnel_starts_at": "outreach"}


# -- the page ----------------------------------------------------------------------------------------------------------------------


def set_on_page(browser: Client, programme: Programme, path: str, **typed: Any) -> Any:
    data = {"valid_from": today_london(read_clock()).isoformat(), "version": "1", "once": new_once(), **typed}
    return browser.post(f"/settings/programmes/{programme.uuid}/{path}", data)


def test_a_lead_sets_a_rule_and_everybody_reads_who_when_and_why(lead: User, programme: Programme) -> None:
    browser = signed_in(lead)
    home = f"/settings/programmes/{programme.uuid}/"
    assert "Into health" in browser.get("/settings/programmes/").content.decode()
    form = browser.get(f"{home}rules/caseload_limit/").content.decode()
    assert ('value="25"' in form, "Between 1 and 500" in form) == (True, True)
    answer = set_on_page(browser, programme, "rules/caseload_limit/", value="18", why="Two new colleagues")
    assert answer["Location"] == home
    row = ProgrammeRule.objects.get(programme=programme)
    assert (row.value, row.set_by, row.why, row.valid_from) == (18, lead, "Two new colleagues", today_london(read_clock()))
    page = browser.get(home).content.decode()
    assert all(words in page for words in ("18 people", "Dilys Lead", "Two new colleagues"))
    later = (today_london(read_clock()) + timedelta(days=40)).isoformat()
    set_on_page(browser, programme, "rules/check_list/", value=["identity", "criminal_record"], valid_from=later)
    page = browser.get(home).content.decode()
    assert "Identity, Criminal record" in page.partition("From ")[2]


def test_a_lead_sets_milestones_and_reasons(lead: User, programme: Programme) -> None:
    browser = signed_in(lead)
    assert set_on_page(browser, programme, "milestones/four_weeks/", window_days="21", in_use="on", version="2").status_code == 302
    assert set_on_page(browser, programme, "milestones/twenty_six_weeks/", window_days="28", in_use="on").status_code == 302
    list_of = f"/settings/programmes/{programme.uuid}/reasons/leave/"
    assert "Hours or pay" in browser.get(list_of).content.decode()
    assert set_on_page(browser, programme, "reasons/leave/add/", label="Went to university", in_use="on")["Location"] == list_of
    assert set_on_page(browser, programme, "reasons/leave/health/", label="Health", version="2").status_code == 302
    words = browser.get(list_of).content.decode().partition("What was changed")[0]
    assert ("Went to university" in words, ">Health<" in words) == (True, False)
    page = browser.get(f"/settings/programmes/{programme.uuid}/").content.decode()
    assert all(said in page for said in ("An answer counts for 21 days", "An answer counts for 28 days", "Health: not offered"))


def test_bad_input_is_said_at_its_field_and_kept(lead: User, programme: Programme) -> None:
    browser = signed_in(lead)
    yesterday = (today_london(read_clock()) - timedelta(days=1)).isoformat()
    wrong = [
        ("rules/caseload_limit/", {"value": "0"}, "Enter 1 or more."),
        ("rules/caseload_limit/", {"value": "a few", "why": "as agreed"}, "Enter a whole number"),
        ("rules/caseload_limit/", {"value": "30", "valid_from": yesterday}, "Choose today or a later day"),
        ("rules/check_list/", {}, "Choose at least one"),
        ("rules/funnel_starts_at/", {"value": "nowhere"}, "Choose one of the answers"),
        ("milestones/six_months/", {"window_days": "28", "version": "2"}, "always asked after"),
        ("milestones/four_weeks/", {"window_days": "900", "in_use": "on"}, "Enter 180 or less."),
        ("reasons/leave/add/", {"label": "", "in_use": "on"}, "Enter the reason"),
        ("reasons/leave/add/", {"label": "Health", "in_use": "on"}, "already"),
    ]
    for path, typed, said in wrong:
        answer = set_on_page(browser, programme, path, **typed)
        words = answer.content.decode()
        assert (path, answer.status_code, said in words) == (path, 422, True)
        assert all(f'value="{kept}"' in words for kept in typed.values() if kept in {"a few", "as agreed", "900"})
    assert not ProgrammeRule.objects.filter(programme=programme).exists()


def test_a_stale_form_shows_both_and_the_same_form_twice_is_taken_once(lead: User, programme: Programme) -> None:
    browser = signed_in(lead)
    pressed = {"value": "30", "once": new_once()}
    assert [set_on_page(browser, programme, "rules/caseload_limit/", **pressed).status_code for _ in range(2)] == [302, 302]
    assert ProgrammeRule.objects.filter(programme=programme).count() == 1
    answer = set_on_page(browser, programme, "rules/caseload_limit/", value="40", why="Mine")
    words = answer.content.decode()
    assert answer.status_code == 409
    assert all(said in words for said in (">40<", ">30<", "Dilys Lead", 'name="why" value="Mine"', 'name="version" value="2"'))
    assert set_on_page(browser, programme, "rules/caseload_limit/", value="40", version="2").status_code == 302


def paths(programme: Programme | str) -> list[str]:
    home = f"/settings/programmes/{programme if isinstance(programme, str) else programme.uuid}/"
    inside = ("", "rules/quiet_days/", "milestones/four_weeks/", "reasons/leave/", "reasons/leave/add/", "reasons/leave/health/")
    return [home + path for path in inside]


def test_a_foreign_programme_is_a_random_one_and_other_roles_are_refused(lead: User, programme: Programme, trust: Organisation) -> None:
    foreign = factories.programme(factories.organisation())
    browser = signed_in(lead)
    for theirs, never in zip(paths(foreign), paths(RANDOM), strict=True):
        answers = [browser.get(path) for path in (theirs, never)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content
    assert set_on_page(browser, foreign, "rules/quiet_days/", value="7").status_code == 404
    for path in ("rules/made_up/", "milestones/five_weeks/", "reasons/made_up/", "reasons/leave/made_up/"):
        assert browser.get(f"/settings/programmes/{programme.uuid}/{path}").status_code == 404
    for role in ("outreach_worker", "trainer", "employer"):
        other = signed_in(factories.user(role, trust, programme))
        assert {other.get(path).status_code for path in (*paths(programme), *paths(RANDOM), "/settings/programmes/")} == {403}


def test_the_accountable_organisations_administrator_sets_and_a_partners_only_reads(programme: Programme, trust: Organisation) -> None:
    admin = signed_in(factories.user("administrator", trust))
    assert {admin.get(path).status_code for path in paths(programme)} == {200}
    assert set_on_page(admin, programme, "rules/quiet_days/", value="7").status_code == 302
    partner = signed_in(factories.user("administrator", factories.partner(programme, factories.organisation())))
    page = partner.get(f"/settings/programmes/{programme.uuid}/").content.decode()
    assert ("sets these" in page, "/rules/quiet_days/" in page, "7 days" in page) == (True, False, True)
    assert partner.get(f"/settings/programmes/{programme.uuid}/rules/quiet_days/").status_code == 403
    assert set_on_page(partner, programme, "rules/quiet_days/", value="9", version="2").status_code == 403


def test_the_pages_ask_as_much_with_one_change_and_with_three(lead: User, programme: Programme) -> None:
    browser = signed_in(lead)
    counts: dict[int, list[int]] = {}
    for size in (1, 3):
        for number in range(ProgrammeRule.objects.filter(programme=programme).count(), size):
            set_rule(
                programme=programme,
                code="quiet_days",
                value=10 + number,
                valid_from=today_london(read_clock()),
                version=number + 1,
                **WHO | {"at": read_clock()},
            )
            set_reason(
                programme=programme,
                kind="leave",
                label=f"Another {number}",
                valid_from=today_london(read_clock()),
                version=number + 1,
                **WHO | {"at": read_clock()},
            )
        asked = []
        for path in ("/settings/programmes/", *paths(programme)):
            with CaptureQueriesContext(connection) as captured:
                assert browser.get(path).status_code == 200
            asked.append(len(captured))
        counts[size] = asked
    assert counts[1] == counts[3]
    assert max(counts[1]) <= 13


def test_every_rule_milestone_and_kind_of_reason_has_its_form(lead: User, programme: Programme) -> None:
    browser = signed_in(lead)
    page = browser.get(f"/settings/programmes/{programme.uuid}/").content.decode()
    inside = (
        [f"rules/{code}/" for code in RuleCode]
        + [f"milestones/{code}/" for code in MilestoneCode]
        + [f"reasons/{kind}/" for kind in ReasonKind]
    )
    for path in inside:
        href = f"/settings/programmes/{programme.uuid}/{path}"
        assert (path, href in page, browser.get(href).status_code) == (path, True, 200)
