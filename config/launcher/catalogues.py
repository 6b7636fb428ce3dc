"""Words in other languages: the files that gettext reads, built from the committed catalogues into names that git ignores.

By polib and not by msgfmt: whoever runs Pathways needs no GNU gettext.
"""

import polib

from config.launcher import folders


def build() -> None:
    """Build each catalogue, unless exactly these were built already. Words that no speaker has read yet are shown like the others."""
    sources = sorted((folders.ROOT / "locale").glob("*/LC_MESSAGES/django.po"))
    stamp = folders.VAR / "catalogues-from"
    digest = folders.digest(*sources)
    if stamp.exists() and stamp.read_text() == digest and all(source.with_suffix(".mo").exists() for source in sources):
        return
    for source in sources:
        polib.pofile(str(source)).save_as_mofile(str(source.with_suffix(".mo")))
    folders.VAR.mkdir(exist_ok=True)
    stamp.write_text(digest)
