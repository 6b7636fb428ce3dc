"""How pages are served: a few processes of a few threads, that never outlive the one that started them."""

import os

from config.launcher.processes import die_with_parent

wsgi_app = "config.wsgi"
bind = f"{os.environ.get('WEB_BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "4"))
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
