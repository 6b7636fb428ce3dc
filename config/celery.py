"""Celery: a nudge, never a store. The rows are the queue; see docs/architecture.md."""

import os
import sys

from celery import Celery
from celery.signals import celeryd_init, worker_process_init
from django.core.exceptions import ImproperlyConfigured

from config.launcher.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("pathways")
app.config_from_object("config.queue")
app.autodiscover_tasks()


@worker_process_init.connect
def end_with_the_worker(**_: object) -> None:
    """A killed worker takes its children with it, or they would go on with a lease that another takes over."""
    die_with_parent()


@app.on_after_finalize.connect
def ask_for_every_job(sender: Celery, **kwargs: object) -> None:
    """Beat's schedule is the list of jobs itself; Django is set up by the time the app is finished."""
    from ground.tasks import beat_schedule  # needs the models, which are not there while this module is read

    sender.conf.beat_schedule = beat_schedule()


@celeryd_init.connect
def stop_at_a_wrong_key_or_role(**_: object) -> None:
    """A worker with another sealing key than the database's, or as a role that owns tables, does not start."""
    import django  # the worker sets Django up only later

    django.setup()
    from config.role import refuse_an_owner  # both need the models
    from ground.sealing import refuse_wrong_keys

    try:
        refuse_an_owner()
        refuse_wrong_keys()
    except ImproperlyConfigured as fault:
        sys.exit(f"{fault}")  # Celery only logs an exception of a receiver and starts all the same
