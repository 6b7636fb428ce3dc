"""A fixed world for checks from outside."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.models import User
from accounts.queries import places_of
from accounts.services.second_factor import has_second_factor
from accounts.standard import RULES
from candidates.models import Candidate
from pathways import scope
from pathways.models import Introduction, Note, Pathway
from pathways.simulation.planted import seed_world
from tests import factories

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def quick_hashes(settings) -> None:
    """Fourteen passwords a world are hashed slowly on purpose; here the world is what is tried."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def seeded(seed: int, *, people: int = 20, at: datetime = AT) -> dict:
    """The world of a seed, made and taken back."""
    with transaction.atomic():
        made = seed_world(seed=seed, people=people, at=at)
        transaction.set_rollback(True)
    return made


def at_their_desk(user: User) -> User:
    """The user as a request knows them."""
    user.desk = places_of(user=user, proof="", day=date(2026, 11, 23))[0].desk(user.pk)
    return user


def test_the_same_seed_gives_the_same_json_on_any_day() -> None:
    first = seeded(4)
    assert first == seeded(4)
    assert first == seeded(4, at=datetime(2027, 3, 28, 22, 0, tzinfo=UTC))
    assert first["people"][0]["id"] != seeded(5)["people"][0]["id"]


def test_its_shape_is_the_contracts() -> None:
    out = StringIO()
    call_command("seed_demo", "--seed", "1", "--people", "40", "--json", stdout=out)
    made = json.loads(out.getvalue())
    assert list(made) == ["organisations", "programmes", "users", "people", "objects"]
    kinds = Counter(kind for each in made["organisations"] for kind in each["kinds"])
    assert kinds == {"delivery": 3, "training": 1, "employer": 3}
    assert {each["role"] for each in made["users"]} == {"administrator", "programme_lead", "outreach_worker", "trainer", "employer"}
    assert list(made["users"][0]) == ["email", "password", "totp_secret", "role", "marks", "organisation"]
    assert len(made["people"]) == Candidate.objects.count() == 40
    assert list(made["people"][0]) == ["id", "reporting_id", "organisation", "owner", "kind", "marks"]
    assert Counter(each["kind"] for each in made["people"]) == {
        "own": 8, "colleague": 8, "other_org": 8, "introduced": 8, "withdrawn": 4, "expired_window": 4,
    }  # fmt: skip
    assert set(made["objects"]) == {"own", "colleague", "other_org", "introduced", "withdrawn", "expired_window"}
    assert len(made["objects"]["introduced"]["person"]) == 8
    assert made["objects"]["withdrawn"]["placement"]


def test_marks_are_words_of_their_own_and_lie_where_they_say() -> None:
    made = seed_world(seed=2, people=30, at=AT)
    marks = [mark for each in made["people"] for mark in each["marks"].values()]
    assert len(set(marks)) == len(marks)
    person = next(each for each in made["people"] if each["kind"] == "introduced")
    row = Candidate.objects.get(uuid=person["id"])
    assert str(row.reporting_id) == person["reporting_id"]
    assert row.last_name.lower() == person["marks"]["name"]
    assert [route.value for route in row.routes.all()] == [person["marks"]["phone"]]
    assert person["marks"]["street"] in row.addresses.get().lines.lower()
    notes = {note.visibility: note.text for note in Note.objects.filter(pathway__candidate=row)}
    assert {name for name in notes if person["marks"][f"note_{name}"] in notes[name]} == {"me", "team", "programme", "employer"}


def test_kinds_are_what_the_first_worker_and_the_first_employer_see() -> None:
    made = seed_world(seed=3, people=40, at=AT)
    ids = {kind: {each["id"] for each in made["people"] if each["kind"] == kind} for kind in made["objects"]}
    users = {user.email: at_their_desk(user) for user in User.objects.all()}
    worker = users[next(each["owner"] for each in made["people"] if each["kind"] == "own")]
    seen = {str(uuid) for uuid in scope.people(worker).values_list("uuid", flat=True)}
    assert ids["own"] | ids["colleague"] <= seen
    assert not seen & ids["other_org"]
    employer = users[next(each["email"] for each in made["users"] if each["role"] == "employer")]
    introduced = {str(uuid) for uuid in scope.introductions(employer).values_list("pathway__candidate__uuid", flat=True)}
    assert introduced == ids["introduced"]
    old = Introduction.objects.filter(pathway__candidate__uuid__in=ids["expired_window"], employer__name=made["organisations"][4]["name"])
    assert (
        old.filter(stage__in=["sent", "offered"], sent_on__lt=date(2026, 11, 23) - timedelta(days=RULES["employer_days"].value)).count()
        == 4
    )
    assert Introduction.objects.filter(pathway__candidate__uuid__in=ids["withdrawn"]).count() == len(ids["withdrawn"])
    assert set(Pathway.objects.filter(candidate__uuid__in=ids["own"], owner=worker.pk).values_list("owner", flat=True)) == {worker.pk}


def test_staff_have_a_second_factor_and_employers_sign_in_by_mailbox() -> None:
    made = seed_world(seed=6, people=2, at=AT)
    for each in made["users"]:
        user = User.objects.get(email=each["email"])
        assert user.check_password(each["password"])
        assert has_second_factor(user) == bool(each["totp_secret"]) == (each["role"] != "employer")


def test_a_database_that_holds_other_people_is_refused() -> None:
    factories.person(factories.organisation())
    with pytest.raises(CommandError, match="holds other people"):
        call_command("seed_demo", "--seed", "1", "--json")
    assert Candidate.objects.count() == 1
