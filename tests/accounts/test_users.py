"""Who is let in and by whom: the list, invitations, the end of a right, the last administrator."""

import re
import threading
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client

from accounts.delivery import read_letter
from accounts.models import Audit, Invitation, Mail, Membership, Organisation, Programme, User
from accounts.services.membership import LastAdministrator, disable_user, end_membership
from accounts.services.second_factor import give_second_factor, has_second_factor, new_secret
from ground.actor import SYSTEM
from ground.clock import read_clock
from ground.door import Refused
from ground.once import new_once
from tests import factories
from tests.signing_in import sign_in, signed_in

RANDOM = "8a3b9c1e-0d5f-4e7a-9b2c-6d1f0a4e8c3b"


@pytest.fixture
def trust(db) -> Organisation:
    return factories.organisation(name="Ladywood Trust")


@pytest.fixture
def admin(trust) -> User:
    return factories.user("administrator", trust, email="admin@example.org", name="Ada Admin")


def invite(client: Client, organisation: Organisation, role: str, **more: str):
    posted = {"email": "new@example.org", "name": "Nia New", "organisation": str(organisation.uuid), "role": role, "once": new_once()}
    return client.post("/settings/users/invite/", {**posted, **more})


def link() -> str:
    return re.search(r"/invitation/\S+/", read_letter(Mail.objects.get(kind="accounts/invitation")).body).group()


def test_an_invited_colleague_gets_in_once(admin, trust):
    assert invite(signed_in(admin), trust, "outreach_worker")["Location"] == "/settings/users/"
    path, browser = link(), Client()
    assert "Outreach worker" in browser.get(path).content.decode()
    assert User.objects.filter(email="new@example.org").exists() is False
    assert browser.post(path, {"once": new_once(), "name": "Nia New", "password": "too short"}).status_code == 422
    pressed = {"once": new_once(), "name": "Nia New", "password": "seven quiet lanterns"}
    assert [browser.post(path, pressed)["Location"] for _ in range(2)] == ["/second-factor/", "/"]
    assert Client().post(path, {**pressed, "once": new_once()}).status_code == 404
    held = Membership.objects.get(user__email="new@example.org")
    assert (held.role, held.organisation, held.user.name) == ("outreach_worker", trust, "Nia New")
    actions = list(Audit.objects.order_by("id").values_list("action", "object_kind"))
    assert actions == [
        ("membership.invite", "accounts.invitation"),
        ("invitation.accept", "accounts.membership"),
        ("sign_in", "accounts.signin"),
    ]


def test_the_link_is_kept_as_a_digest_and_a_sealed_word(admin, trust):
    invite(signed_in(admin), trust, "outreach_worker")
    token = link().split("/")[2]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT string_agg(i::text, ' ') FROM accounts_invitation i) || (SELECT string_agg(m::text, ' ') FROM accounts_mail m)"
        )
        assert token not in cursor.fetchone()[0]


def test_a_newer_invitation_stops_the_earlier_one(admin, trust):
    client = signed_in(admin)
    invite(client, trust, "outreach_worker")
    first = link()
    Mail.objects.all().delete()
    invite(client, trust, "outreach_worker")
    assert Client().get(first).status_code == 404
    assert Client().get(link()).status_code == 200


def test_an_employers_colleague_needs_no_password(db):
    employer = factories.organisation("employer", name="Northgate Hospital")
    person = factories.user("employer", employer)
    invite(signed_in(person), employer, "employer")
    page = Client().get(link()).content.decode()
    assert 'name="password"' not in page
    assert Client().post(link(), {"once": new_once(), "name": "Nia New"})["Location"] == "/sign-in/code/"
    assert User.objects.get(email="new@example.org").has_usable_password() is False


def test_somebody_known_keeps_their_password_and_gains_the_role(admin, trust):
    other = factories.user("employer", factories.organisation("employer"), email="new@example.org")
    invite(signed_in(admin), trust, "outreach_worker")
    before = other.password
    Client().post(link(), {"once": new_once()})
    other.refresh_from_db()
    assert other.password == before
    assert set(other.memberships.values_list("role", flat=True)) == {"employer", "outreach_worker"}


@pytest.mark.parametrize(
    ("role", "given", "status"),
    [
        ("administrator", "programme_lead", 302),
        ("administrator", "administrator", 302),
        ("programme_lead", "outreach_worker", 302),
        ("programme_lead", "administrator", 422),
        ("outreach_worker", "outreach_worker", 403),
        ("trainer", "outreach_worker", 403),
    ],
)
def test_who_may_let_in_whom(trust, role, given, status):
    made = factories.programme(trust)
    person = factories.user(role, trust, made)
    assert invite(signed_in(person), trust, given, programme=str(made.uuid)).status_code == status


def test_a_lead_lets_workers_into_own_programmes_only(trust):
    own, other = factories.programme(trust), factories.programme(trust)
    client = signed_in(factories.user("programme_lead", trust, own))
    assert invite(client, trust, "outreach_worker", programme=str(other.uuid)).status_code == 422
    assert invite(client, trust, "outreach_worker").status_code == 422
    assert invite(client, trust, "outreach_worker", programme=str(own.uuid)).status_code == 302


def test_a_lead_is_offered_only_what_they_may_open_and_the_only_choice_is_made(trust):
    own, factory = factories.programme(trust, name="Into health"), factories.organisation("employer", name="Aston Works")
    factories.programme(trust, name="Not theirs")
    factories.partner(own, factory)
    client = signed_in(factories.user("programme_lead", trust, own))
    page = client.get("/settings/users/invite/").content.decode()
    assert "All programmes of the organisation" not in page
    assert ("Not theirs" in page, "Aston Works" in page) == (False, False)
    sent = dict(re.findall(r'<input type="hidden" name="(organisation|role|programme)" value="([^"]+)"', page))
    assert sent == {"organisation": str(trust.uuid), "role": "outreach_worker", "programme": str(own.uuid)}
    told = re.findall(r"<dd[^>]*>\s*([^<]*?)\s*</dd>", page)
    assert told == ["Ladywood Trust", "Outreach worker", "Into health"]
    assert client.post("/settings/users/invite/", {"email": "new@example.org", "once": new_once(), **sent}).status_code == 302
    assert (
        client.post(
            "/settings/users/invite/", {"email": "new@example.org", "once": new_once(), **sent, "role": "administrator"}
        ).status_code
        == 422
    )


def test_of_several_one_is_chosen(admin, trust):
    factories.programme(trust)
    page = signed_in(admin).get("/settings/users/invite/").content.decode()
    assert ('type="radio" name="role" value="trainer"' in page, "All programmes of the organisation" in page) == (True, True)


def test_a_lead_of_two_programmes_is_told_at_the_field_to_choose_and_what_was_typed_stays(trust):
    lead = factories.user("programme_lead", trust, factories.programme(trust))
    Membership.objects.create(
        user=lead,
        organisation=trust,
        role="programme_lead",
        programme=factories.programme(trust),
        starts_on=factories.DAY.replace(year=2024),
    )
    answer = invite(signed_in(lead), trust, "outreach_worker", email="moira@example.org")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose the programme they will work on" in page
    assert 'value="moira@example.org"' in page


def test_an_invitation_in_the_list_shows_name_role_and_day_and_is_sent_again_or_withdrawn(admin, trust):
    client = signed_in(admin)
    invite(client, trust, "outreach_worker")
    first, row = link(), Invitation.objects.get()
    page = client.get("/settings/users/").content.decode()
    assert all(
        words in page for words in ("on its way to new@example.org", "Nia New", "Outreach worker", "until", "Withdraw", "Send again")
    )
    Mail.objects.all().delete()
    assert client.post(f"/settings/users/invitations/{row.uuid}/again/", {"once": new_once()})["Location"] == "/settings/users/"
    assert Client().get(first).status_code == 404
    assert Client().get(link()).status_code == 200
    other = signed_in(factories.user("administrator", factories.organisation()))
    newest = Invitation.objects.order_by("-id").first()
    assert other.post(f"/settings/users/invitations/{newest.uuid}/again/", {"once": new_once()}).status_code == 404


def test_another_organisation_cannot_be_named_in_an_invitation(admin, trust):
    foreign = factories.organisation()
    assert invite(signed_in(admin), foreign, "outreach_worker").status_code == 422
    assert Invitation.objects.count() == 0


def test_rights_and_invitations_ask_for_a_recent_code(admin, trust):
    client = Client()
    row = sign_in(client, admin)
    row.proved_at = None
    row.save()
    answer = invite(client, trust, "outreach_worker")
    assert answer["Location"] == "/second-factor/?next=%2F"
    assert Invitation.objects.count() == 0


def test_a_membership_ends_and_with_it_the_next_request(admin, trust):
    worker = factories.user("administrator", trust, name="Ben Busy")
    theirs, client = signed_in(worker), signed_in(admin)
    assert theirs.get("/settings/users/").status_code == 200
    held = worker.memberships.get()
    assert "Ben Busy" in client.get(f"/settings/users/{held.uuid}/end/").content.decode()
    assert client.post(f"/settings/users/{held.uuid}/end/", {"once": new_once()})["Location"] == "/settings/users/"
    assert theirs.get("/settings/users/").status_code == 403
    assert Audit.objects.filter(action="refused", actor=worker).count() == 1


def test_foreign_and_random_memberships_are_one_answer(admin):
    foreign = factories.user("outreach_worker", factories.organisation()).memberships.get()
    client = signed_in(admin)
    answers = [client.get(f"/settings/users/{uuid}/end/") for uuid in (foreign.uuid, RANDOM)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


@pytest.mark.parametrize("role", ["programme_lead", "employer"])
def test_only_administrators_end_a_right(trust, role):
    owner = trust if role != "employer" else factories.organisation("employer")
    person, other = factories.user(role, owner), factories.user(role, owner)
    answer = signed_in(person).get(f"/settings/users/{other.memberships.get().uuid}/end/")
    assert answer.status_code == 403


def test_the_last_administrator_stays(admin):
    held = admin.memberships.get()
    client = signed_in(admin)
    answer = client.post(f"/settings/users/{held.uuid}/end/", {"once": new_once()})
    assert answer.status_code == 422
    assert "last administrator" in answer.content.decode()
    with pytest.raises(LastAdministrator):
        disable_user(user=admin, by=SYSTEM, at=read_clock())
    held.refresh_from_db()
    assert held.ended_at is None


def test_an_administrator_who_will_lapse_does_not_count(admin, trust):
    leaving = factories.user("administrator", trust)
    leaving.memberships.update(ends_on=factories.DAY.replace(year=2099))
    with pytest.raises(LastAdministrator):
        end_membership(membership=admin.memberships.get(), by=SYSTEM, at=read_clock())


def test_two_administrators_removed_at_once_leave_one(transactional_db):
    trust = factories.organisation()
    pair = [factories.user("administrator", trust).memberships.get() for _ in range(2)]
    at, refused = read_clock(), []

    def remove(membership: Membership) -> None:
        try:
            end_membership(membership=membership, by=SYSTEM, at=at)
        except LastAdministrator:
            refused.append(membership.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=remove, args=(membership,)) for membership in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert Membership.objects.filter(ended_at__isnull=True).count() == 1


def says_no(*, membership: Membership) -> str:
    return "They still hold 3 cases: hand them over first."


def test_a_higher_floor_may_keep_a_membership(trust, settings):
    settings.MEMBERSHIP_MAY_END = ("tests.accounts.test_users.says_no",)
    held = factories.user("outreach_worker", trust).memberships.get()
    with pytest.raises(Refused, match="They still hold 3 cases"):
        end_membership(membership=held, by=SYSTEM, at=read_clock())


def test_a_site_of_its_own_gets_a_programme_and_partners_from_the_shell(db):
    def programme(*words: str) -> str:
        out = StringIO()
        call_command("programme", *words, stdout=out)
        return out.getvalue()

    about = ("add", "--name", "Into work", "--code", "into-work", "--starts-on", "2026-01-05", "--organisation")
    with pytest.raises(CommandError, match="There is no organisation of that name"):
        programme(*about, "Ladywood Trust")
    call_command("first_administrator", organisation="Ladywood Trust", email="ada@example.org", stdout=StringIO())
    assert programme(*about, "ladywood trust").startswith("Into work has begun.")
    with pytest.raises(CommandError, match="There is a programme with that code already"):
        programme(*about, "Ladywood Trust")
    join = ("partner", "--code", "into-work", "--organisation", "City Hospital")
    with pytest.raises(CommandError, match="Say what kind of organisation this is"):
        programme(*join)
    assert programme(*join, "--kind", "employer", "--kind", "training") == "City Hospital takes part in Into work.\n"
    assert programme(*join) == "City Hospital takes part in Into work.\n"
    made = Programme.objects.get()
    assert (str(made.starts_on), made.organisation.name) == ("2026-01-05", "Ladywood Trust")
    assert list(made.partnerships.values_list("organisation__name", "organisation__kinds")) == [("City Hospital", ["training", "employer"])]
    with pytest.raises(CommandError, match="There is no programme with that code"):
        programme("partner", "--code", "no-such", "--organisation", "City Hospital")
    assert set(Audit.objects.values_list("route", flat=True)) == {"command first_administrator", "command programme"}


def test_the_list_narrows_pages_and_says_how_to_begin(admin, trust):
    for number in range(30):
        factories.user("outreach_worker", trust, name=f"Worker {number:02}")
    client = signed_in(admin)
    assert 'name="words"' in client.get("/settings/users/").content.decode()
    first = client.get("/settings/users/", {"role": "outreach_worker"}).content.decode()
    assert ("Worker 00" in first, "Worker 29" in first, "Ada Admin" in first) == (True, False, False)
    after = re.search(r"after=([^\"&]+)", first).group(1)
    second = client.get(f"/settings/users/?role=outreach_worker&after={after}").content.decode()
    assert ("Worker 00" in second, "Worker 29" in second) == (False, True)
    assert "Nobody matches" in client.get("/settings/users/", {"words": "zebra"}).content.decode()


def test_a_few_are_found_by_looking(admin, trust):
    factories.user("outreach_worker", trust)
    client = signed_in(admin)
    shown = client.get("/settings/users/").content.decode()
    assert ("Ada Admin" in shown, 'name="words"' in shown) == (True, False)
    assert 'name="words"' in client.get("/settings/users/", {"words": "Ada"}).content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_the_same_queries_for_one_and_three(admin, trust, django_assert_num_queries, number):
    made = factories.programme(trust)
    for _ in range(number):
        factories.user("outreach_worker", trust, made)
        Invitation.objects.create(
            token_digest=f"{Invitation.objects.count()}",
            email="a@example.org",
            organisation=trust,
            role="trainer",
            expires_at=factories.AT.replace(year=2099),
        )
    client = signed_in(admin)
    with django_assert_num_queries(9):
        client.get("/settings/users/")


def test_another_administrator_takes_a_lost_phone_out_of_use(admin, trust):
    worker = factories.user("outreach_worker", trust, email="worker@example.org")
    give_second_factor(user=worker, secret=new_secret())
    theirs, held = signed_in(worker), worker.memberships.get()
    signed_in(admin).post(f"/settings/users/{held.uuid}/second-factor/", {"once": new_once()})
    assert has_second_factor(worker) is False
    assert theirs.get("/account/").status_code == 302
    assert [(mail.to, mail.kind) for mail in Mail.objects.all()] == [("worker@example.org", "accounts/second_factor_gone")]
    own = signed_in(admin).post(f"/settings/users/{admin.memberships.get().uuid}/second-factor/", {"once": new_once()})
    assert own.status_code == 422


def test_first_administrator_makes_the_first_invitation(db):
    out = StringIO()
    call_command("first_administrator", organisation="Ladywood Trust", email="Ada@Example.org", stdout=out)
    path = re.search(r"/invitation/\S+/", out.getvalue()).group()
    assert Client().post(path, {"once": new_once(), "name": "Ada", "password": "seven quiet lanterns"})["Location"] == "/second-factor/"
    held = Membership.objects.get()
    assert (held.user.email, held.role, held.organisation.name) == ("ada@example.org", "administrator", "Ladywood Trust")
    with pytest.raises(CommandError, match="has that role already"):
        call_command("first_administrator", organisation="ladywood trust", email="ada@example.org", stdout=out)


def test_membership_end_from_the_shell_follows_the_same_rules(admin, trust):
    worker = factories.user("outreach_worker", trust, email="worker@example.org")
    said = {"email": "worker@example.org", "organisation": "Ladywood Trust", "role": "outreach_worker"}
    call_command("membership", "end", **said, stdout=StringIO())
    assert worker.memberships.get().ended_at is not None
    with pytest.raises(CommandError, match="Nobody with that address"):
        call_command("membership", "end", **said)
    with pytest.raises(CommandError, match="last administrator"):
        call_command("membership", "end", email="admin@example.org", organisation="Ladywood Trust", role="administrator")


def test_scope_fails_closed(trust, admin):
    made = factories.programme(trust)
    person = factories.user("outreach_worker", trust, made)
    assert person.desk is None
    for model in (Organisation, Programme, Membership, User, Invitation):
        assert list(model.objects.for_user(person)) == []
        assert list(model.objects.for_user(None)) == []
    admin.is_active = False
    assert list(Membership.objects.for_user(admin)) == []
    assert admin.has_perm("accounts.end_membership", None) is False
    assert admin.has_perm("no.such_rule", trust) is False
