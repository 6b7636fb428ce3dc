"""How pages are served: a few processes of a few threads, that never outlive the one that started them."""

import os

from config import settings
from config.launcher.processes import die_with_parent

wsgi_app = "config.wsgi"
bind = f"{os.environ.get('WEB_BIND', '127.0.0.1')}:{settings.PORT}"
workers = settings.WEB_WORKERS
worker_class = "gthread"
threads = settings.WEB_THREADS
timeout = 60
graceful_timeout = 30
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
control_socket_disable = True
accesslog = None  # a path may carry a person's token; django-structlog writes what is safe to keep
errorlog = "-"
loglevel = "warning"


def post_fork(server, worker) -> None:
    """A killed master takes its workers with it."""
    die_with_parent()
