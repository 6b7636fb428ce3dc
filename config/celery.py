"""Celery: a nudge, never a store. The rows are the queue; see faults in docs/architecture.md."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("pathways")
app.config_from_object("config.queue")
app.autodiscover_tasks()
