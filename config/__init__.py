"""The house's own set-up. Celery's app is known wherever Django is, so that a nudge finds its broker."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
