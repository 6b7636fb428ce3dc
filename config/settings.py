"""Settings from the environment alone. Production is the default; DEMO and DEBUG loosen what they name."""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured

from config import environment as env
from ground import languages

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env.flag("DEBUG")
DEMO = env.flag("DEMO")
TESTING = env.flag("PATHWAYS_TESTING")
RELAXED = DEBUG or DEMO or TESTING

PORT = env.number("PORT", 8000, least=1)
WEB_WORKERS = env.number("WEB_WORKERS", 2, least=1)
WEB_THREADS = env.number("WEB_THREADS", 4, least=1)
WORKER_PROCESSES = env.number("WORKER_PROCESSES", 2, least=1)
PUBLIC_BASE_URL = os.environ.get("PUBLIC_BASE_URL", "").rstrip("/") or f"http://127.0.0.1:{PORT}"
_public = urlsplit(PUBLIC_BASE_URL)
_loopback = _public.hostname in {"127.0.0.1", "localhost", "::1"}
if _public.scheme not in {"http", "https"} or _public.path:
    raise ImproperlyConfigured("PUBLIC_BASE_URL must be an origin such as https://pathways.example.org, without a path.")
if _public.scheme == "http" and not _loopback:
    raise ImproperlyConfigured("PUBLIC_BASE_URL must be https, except on this machine itself.")
if RELAXED and not _loopback:
    raise ImproperlyConfigured("DEBUG, DEMO and PATHWAYS_TESTING are for this machine only: PUBLIC_BASE_URL names a public host.")
SECURE = _public.scheme == "https"

SECRET_KEY = env.secret_key()
if not SECRET_KEY:
    if not RELAXED:
        raise ImproperlyConfigured("SECRET_KEY is not set: give at least 50 random characters.")
    SECRET_KEY = "for tests, and for a demo on this machine that was given no key of its own"  # noqa: S105 -- no secret
FIELD_KEYS = env.field_keys()
if not FIELD_KEYS:
    if not RELAXED:
        raise ImproperlyConfigured("FIELD_KEYS is not set: without a sealing key nothing private can be stored.")
    FIELD_KEYS = {"dev": b"a key for tests and demos only!!"}
SMS_LINE_KEY = os.environ.get("SMS_LINE_KEY", "") or ("a line key for demos only" if RELAXED else "")
if not SMS_LINE_KEY:
    raise ImproperlyConfigured("SMS_LINE_KEY is not set: opt-outs are kept under it.")

ALLOWED_HOSTS = env.words("ALLOWED_HOSTS") or (
    [_public.hostname or "", "127.0.0.1", "localhost"] if _loopback else [_public.hostname or ""]
)
if (DEBUG or DEMO) and not set(ALLOWED_HOSTS) <= {"127.0.0.1", "localhost", "[::1]", "::1"}:
    raise ImproperlyConfigured("DEBUG and DEMO are for this machine only: ALLOWED_HOSTS names another host.")
CSRF_TRUSTED_ORIGINS = [PUBLIC_BASE_URL]
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "pgtrigger",
    "pghistory",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rules",
    "csp",
    "django_htmx",
    "import_export",
    "django_structlog",
    "ground",
    "accounts",
    "places",
    "candidates",
    "employers",
    "outreach",
    "pathways",
    "analytics",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages over a bad signal: a tenth of the bytes. Each answer is padded at random, so that its size tells nothing of what it holds.
    "django.middleware.gzip.GZipMiddleware",
    "ground.middleware.LastResort",
    "django_structlog.middlewares.RequestMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.DeskMiddleware",
    "outreach.middleware.NudgeMiddleware",
    "ground.middleware.Answers",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "accounts.templatetags.standing.standing",
            ],
            "builtins": ["ground.templatetags.said"],
        },
    }
]
FORM_RENDERER = "ground.forms.Components"

DATABASES = env.databases(relaxed=RELAXED)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": ("email",)}},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False  # ours are rows in PostgreSQL: a cache may be lost
ACCOUNT_ADAPTER = "accounts.backends.signing_in.Adapter"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
PASSWORD_RESET_TIMEOUT = 3600
#: Asked before a membership ends, each with `membership=`: a sentence refuses. Floors above accounts put their own here.
MEMBERSHIP_MAY_END: tuple[str, ...] = ("pathways.queries.owned.holds_no_case", "pathways.queries.owned.owes_colleagues")
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Pathways"
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
MFA_ADAPTER = "accounts.backends.second_factor.Adapter"
#: Staff need a second factor before anything else; a demo on this machine may do without.
SECOND_FACTOR_REQUIRED = not DEMO

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_IDLE = timedelta(minutes=30)
SESSION_IDLE_OWN_DEVICE = timedelta(hours=4)
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "ground.views.csrf_refused"
#: Without a proxy that may be believed nobody can tell http from https here: redirecting would go round for ever.
SECURE_SSL_REDIRECT = SECURE and TRUSTED_PROXIES > 0
SECURE_REDIRECT_EXEMPT = [r"^hooks/", r"^healthz", r"^readyz"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "microphone", "geolocation", "payment", "usb", "fullscreen", "accelerometer", "gyroscope")
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
UPLOAD_LIMIT = 32 * 1024 * 1024

LANGUAGE_CODE = "en-gb"
LANGUAGES = [(language.locale, language.name) for language in languages.LANGUAGES]
#: Django has no words of its own in Somali, and so does not know it.
LANG_INFO.setdefault("so", {"bidi": False, "code": "so", "name": "Somali", "name_local": "Soomaali"})
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or TESTING  # no collected files are needed there
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", "") or BASE_DIR / "var" / "media")

REDIS_URL = os.environ.get("REDIS_URL", "")
SMS_BACKEND = env.words("SMS_BACKEND", "console" if RELAXED else "")
SMS_OFF_OK = env.flag("SMS_OFF_OK")
SMS_HOURS = os.environ.get("SMS_HOURS", "all" if DEMO else "")
SMS_SETTLE = env.number("SMS_SETTLE", 900)
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")
REFERENCE_DATA = os.environ.get("PATHWAYS_REFERENCE_DATA", "")

vars().update(env.mail(default="console:" if RELAXED else "smtp://localhost"))
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "") or f"Pathways <no-reply@{_public.hostname}>"

LOG_LEVEL = env.log_level()
#: A command prints its answer, often JSON, on standard output: there its log must not mix in.
_lines = "ext://sys.stderr" if env.is_command() else "ext://sys.stdout"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "ground.log.Lines"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "stream": _lines, "formatter": "json"}},
    "root": {"handlers": ["out"], "level": LOG_LEVEL},
    "loggers": {"django.server": {"level": "WARNING"}, "twilio.http_client": {"level": "WARNING"}},
}
TEST_RUNNER = "django.test.runner.DiscoverRunner"
SILENCED_SYSTEM_CHECKS: list[str] = []
