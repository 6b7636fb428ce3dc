"""Sealed at rest: opened at its own place under its own key, or not at all."""

import uuid

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection, models, transaction

from ground.models import KeyProof
from ground.sealing import CannotOpen, Sealed, SealedTextField, prove_keys, refuse_wrong_keys, seal, unseal, wrong_keys

K1, K2 = b"1" * 32, b"2" * 32


class Secret(models.Model):
    """A row with something sealed in it, made for these tests."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    words = SealedTextField(null=True)

    class Meta:
        app_label = "no_app_of_ours"
        db_table = "test_secret"

    def __str__(self) -> str:
        return str(self.pk)


@pytest.fixture
def secrets(db, settings):
    settings.FIELD_KEYS = {"k1": K1}
    with connection.schema_editor() as editor:
        editor.create_model(Secret)
    return Secret.objects


def raw(pk: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM test_secret WHERE id = %s", [pk])
        return cursor.fetchone()[0]


@pytest.mark.parametrize("text", ["", "x", "Zoë is allergic to nuts\n", "🙂" * 500, "a\u0000b"])
def test_what_is_sealed_opens_at_its_place(settings, text):
    settings.FIELD_KEYS = {"k1": K1}
    assert unseal(seal(text, place="t.c.1"), place="t.c.1") == text


def test_another_place_another_key_and_an_altered_value_do_not_open(settings):
    settings.FIELD_KEYS = {"k1": K1}
    sealed = seal("x", place="t.c.1")
    for attempt, place in ((sealed, "t.c.2"), (sealed[:-4] + "AAA=", "t.c.1"), ("k1.", "t.c.1"), ("k1.####", "t.c.1"), ("", "t.c.1")):
        with pytest.raises(CannotOpen):
            unseal(attempt, place=place)
    settings.FIELD_KEYS = {"k1": K2}
    with pytest.raises(CannotOpen):
        unseal(sealed, place="t.c.1")


def test_the_first_key_seals_and_all_open(settings):
    settings.FIELD_KEYS = {"k1": K1}
    old = seal("x", place="p")
    settings.FIELD_KEYS = {"k2": K2, "k1": K1}
    assert unseal(old, place="p") == "x"
    assert seal("x", place="p").startswith("k2.")
    settings.FIELD_KEYS = {"k2": K2}
    with pytest.raises(CannotOpen):
        unseal(old, place="p")


def test_length_tells_nothing_below_sixty_bytes_and_no_two_are_alike(settings):
    settings.FIELD_KEYS = {"k1": K1}
    sealed = [seal("x" * length, place="p") for length in (0, 1, 30, 60)]
    assert len({len(one) for one in sealed}) == 1
    assert len(seal("x" * 61, place="p")) > len(sealed[0])
    assert seal("x", place="p") != seal("x", place="p")


def test_a_row_reads_its_own_and_the_database_reads_nothing(secrets):
    row = secrets.create(words="cannot lift")
    assert "lift" not in raw(row.pk)
    assert raw(row.pk).startswith("k1.")
    again = secrets.get(pk=row.pk)
    assert again.words == "cannot lift"
    again.words = "can lift"
    again.save()
    assert secrets.get(pk=row.pk).words == "can lift"
    again.refresh_from_db()
    assert again.words == "can lift"


def test_nothing_stays_nothing_and_empty_stays_empty(secrets):
    assert secrets.get(pk=secrets.create(words=None).pk).words is None
    assert secrets.get(pk=secrets.create(words="").pk).words == ""
    assert secrets.filter(words__isnull=True).count() == 1


def test_a_value_moved_to_another_row_raises(secrets):
    one, other = secrets.create(words="hers"), secrets.create(words="his")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE test_secret SET words = %s WHERE id = %s", [raw(one.pk), other.pk])
    with pytest.raises(CannotOpen):
        _ = secrets.get(pk=other.pk).words


def test_a_wrong_key_raises_and_never_shows_blanks(secrets, settings):
    row = secrets.create(words="hers")
    settings.FIELD_KEYS = {"k1": K2}
    with pytest.raises(CannotOpen):
        _ = secrets.get(pk=row.pk).words


def test_many_rows_are_sealed_each_for_itself(secrets):
    secrets.bulk_create([Secret(words=f"word {n}") for n in range(3)])
    assert sorted(row.words for row in secrets.all()) == ["word 0", "word 1", "word 2"]


def test_update_cannot_write_it_in_the_clear(secrets):
    row = secrets.create(words="x")
    with pytest.raises(TypeError), transaction.atomic():
        secrets.update(words="clear")
    row.words = "clear"
    with pytest.raises(TypeError), transaction.atomic():
        secrets.bulk_update([row], ["words"])
    assert "clear" not in raw(row.pk)


def test_it_cannot_be_searched_and_lists_show_it_sealed(secrets):
    secrets.create(words="x")
    for lookup in ("words", "words__icontains", "words__startswith"):
        with pytest.raises(FieldError):
            secrets.filter(**{lookup: "x"}).exists()
    value = secrets.values_list("words", flat=True).get()
    assert isinstance(value, Sealed)
    assert f"{value} {value!r}" == "<sealed> <sealed>"


def test_a_deferred_value_is_opened_when_read(secrets):
    row = secrets.defer("words", "uuid").get(pk=secrets.create(words="later").pk)
    assert row.words == "later"


def test_keys_are_proved_once_and_a_swapped_one_is_noticed(db, settings):
    settings.FIELD_KEYS = {"q1": K1, "q2": K2}
    prove_keys()
    prove_keys()
    assert KeyProof.objects.filter(name__in=("q1", "q2")).count() == 2
    assert wrong_keys() == []
    settings.FIELD_KEYS = {"q1": K1, "q2": K1}
    assert wrong_keys() == ["q2"]
    with pytest.raises(CannotOpen, match="q2"):
        prove_keys()


def test_a_process_with_a_wrong_key_does_not_start(transactional_db, settings):
    settings.FIELD_KEYS = {"q1": K1}
    prove_keys()
    refuse_wrong_keys()
    settings.FIELD_KEYS = {"q1": K2}
    with pytest.raises(ImproperlyConfigured, match="q1"):
        refuse_wrong_keys()
