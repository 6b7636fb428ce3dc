"""The set-up that is more than Python packages: the front end, and the files that pages are served with."""

import os

from config.launcher import broker, catalogues, folders, house, node, postgres

#: Settings that are read and not used while files are collected.
BARE = {"DEMO": "1", "DATABASE_URL": "postgres://nobody@/nothing"}


def everything() -> None:
    """Build front end and catalogues, collect the static files, and unpack the servers that this machine lacks; each only once."""
    node.build()
    catalogues.build()
    collect()
    if not os.environ.get("DATABASE_URL"):
        postgres.choose(folders.VAR / "none", folders.servers_user())
    if not os.environ.get("REDIS_URL"):
        broker.find()


def collect() -> None:
    """Hashed and compressed copies of all static files, for whitenoise."""
    target = folders.VAR / "static"
    stamp = folders.VAR / "static-from"
    lock = folders.ROOT / "requirements" / "run.txt"
    digest = folders.digest(folders.ROOT / "static", lock, *folders.ROOT.glob("*/static"))
    if (target / "staticfiles.json").exists() and stamp.exists() and stamp.read_text() == digest:
        return
    given = {name: value for name, value in os.environ.items() if name != "PUBLIC_BASE_URL"}
    house.manage("collectstatic", "--no-input", "--clear", "--ignore", "src", env={**given, **BARE}, quiet=True)
    stamp.write_text(digest)
