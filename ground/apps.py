"""Floor 0: no noun of the programme, no other app."""

from typing import Any

import structlog
from django.apps import AppConfig
from django.db.models.signals import post_migrate


class GroundConfig(AppConfig):
    name = "ground"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        structlog.configure(
            processors=[
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_log_level,
                structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
            ],
            logger_factory=structlog.stdlib.LoggerFactory(),
            wrapper_class=structlog.stdlib.BoundLogger,
            cache_logger_on_first_use=True,
        )
        post_migrate.connect(leave_proof, sender=self)


def leave_proof(sender: AppConfig, **kwargs: Any) -> None:
    """After migrating: seal a known word under each key, or refuse a key that is not the one this database knows."""
    from django.db import connections  # the registry is not complete while this module is read

    from ground.sealing import prove_keys

    if "ground_keyproof" in connections[kwargs.get("using", "default")].introspection.table_names():
        prove_keys()
