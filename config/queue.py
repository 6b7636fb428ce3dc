"""Celery's own settings, with the reason for each that is not the default."""

from django.conf import settings

broker_url = settings.REDIS_URL or "redis://127.0.0.1:6379/0"
result_backend = None
timezone = "Europe/London"  # Django's default would shift the clock
task_ignore_result = True
task_acks_late = True
task_reject_on_worker_lost = True
worker_prefetch_multiplier = 1
worker_hijack_root_logger = False
task_soft_time_limit = 540
task_time_limit = 600
broker_connection_retry_on_startup = True
broker_transport_options = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,  # the default of 10 brings a dead worker's tasks back after 108 s
    "socket_timeout": 0.5,
    "socket_connect_timeout": 0.5,
}
worker_concurrency = settings.WORKER_PROCESSES
beat_scheduler = "config.beat:Scheduler"
beat_max_loop_interval = 5
