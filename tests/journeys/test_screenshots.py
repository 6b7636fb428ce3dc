"""`make screenshots`: a picture of every page as each role and as nobody, at 360 and 1280 px, in an ignored folder."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from tests.journeys.conftest import Site
from tests.journeys.demo_house import ROLES
from tests.journeys.hand import DESKTOP, PHONE
from tests.journeys.looking import Looker, file_name
from tests.journeys.walk import one_of_each

pytestmark = [pytest.mark.browser, pytest.mark.slow("screenshots")]
WIDTHS = (PHONE["width"], DESKTOP["width"])


def width_of(picture: Path) -> int:
    """What a PNG says of its width."""
    return int.from_bytes(picture.read_bytes()[16:20], "big")


# A database is made for the run because this one is marked; those that look through a browser are not, see below.
@pytest.mark.django_db
def test_there_is_somebody_to_sign_in_as_each_role(site: Site) -> None:
    assert {role: getattr(site.people[role], "is_active", False) for role in ROLES} == dict.fromkeys(ROLES, True)


# No django_db: the server is another process, and would not know of a session that waits for its commit.
@pytest.mark.parametrize("role", [*ROLES, "nobody"])
def test_every_page_has_its_picture_at_both_widths(site: Site, browser: Any, role: str) -> None:
    folder = Path(os.environ.get("PATHWAYS_SHOTS") or settings.BASE_DIR / "var" / "screenshots") / role
    sheets = one_of_each(site.walk(role))
    context = site.context(browser, role)
    looker = Looker(context.new_page(), site.url, pictures=folder)
    wanted, led_away = set(), []
    for sheet in sheets:
        looker.go(sheet.path)
        if role != "nobody" and urlsplit(looker.page.url).path == "/sign-in/" != sheet.path:
            led_away.append(sheet.path)
        looker.pictures_of(file_name(sheet.kind))
        wanted |= {folder / str(width) / f"{file_name(sheet.kind)}.png" for width in WIDTHS}
    context.close()
    assert len(wanted) >= 16
    assert led_away == []
    assert [path.name for path in sorted(wanted) if width_of(path) != int(path.parent.name)] == []
