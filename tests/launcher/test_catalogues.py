"""Catalogues of words are built once, and again when one of them has changed or a built file is gone."""

import gettext
from pathlib import Path

import polib
import pytest

from config.launcher import catalogues, folders


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A house of its own with one language."""
    monkeypatch.setattr(folders, "ROOT", tmp_path)
    monkeypatch.setattr(folders, "VAR", tmp_path / "var")
    made = tmp_path / "locale" / "pl" / "LC_MESSAGES"
    made.mkdir(parents=True)
    write(made, "Tak")
    return made


def write(folder: Path, words: str) -> None:
    po = polib.POFile()
    po.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    po.append(polib.POEntry(msgid="Yes", msgstr=words, tcomment="unreviewed"))
    po.save(str(folder / "django.po"))


def read(folder: Path) -> str:
    with (folder / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file).gettext("Yes")


def test_words_that_nobody_has_read_are_built_like_the_others(folder: Path) -> None:
    catalogues.build()
    assert read(folder) == "Tak"


def test_what_is_built_already_is_left_alone_and_a_change_is_built(folder: Path) -> None:
    catalogues.build()
    built = (folder / "django.mo").stat().st_mtime_ns
    catalogues.build()
    assert (folder / "django.mo").stat().st_mtime_ns == built
    write(folder, "Owszem")
    catalogues.build()
    assert read(folder) == "Owszem"
    (folder / "django.mo").unlink()
    catalogues.build()
    assert read(folder) == "Owszem"
