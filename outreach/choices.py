"""Words about reaching people."""

from django.db import models


class Channel(models.TextChoices):
    """How somebody was met or tried."""

    CALL = "call", "Call"
    TEXT = "text", "Text"
    WHATSAPP = "whatsapp", "WhatsApp"
    FACE = "face_to_face", "Face to face"
    EMAIL = "email", "E-mail"
    LETTER = "letter", "Letter"


class ContactOutcome(models.TextChoices):
    """What came of it."""

    SPOKE = "spoke", "Spoke"
    NO_ANSWER = "no_answer", "No answer"
    LEFT_MESSAGE = "left_message", "Left a message"
    SENT = "sent", "Sent"
    WRONG_NUMBER = "wrong_number", "Wrong number"


class Purpose(models.TextChoices):
    """Why a text is sent: it decides what it needs."""

    SERVICE = "service", "Service"
    PUBLIC_TASK = "public_task", "Public task"
    MARKETING = "marketing", "Marketing"
    SECURITY = "security", "Sign-in code"


class DeliveryClass(models.TextChoices):
    """Whether a text may ever be sent again."""

    AT_MOST_ONCE = "at_most_once", "Never twice"
    AT_LEAST_ONCE = "at_least_once", "Twice rather than never"


class MessageState(models.TextChoices):
    """The outbox machine."""

    READY = "ready", "Waiting"
    SENDING = "sending", "Being handed over"
    ACCEPTED = "accepted", "Handed over"
    DELIVERED = "delivered", "Delivered"
    UNDELIVERED = "undelivered", "Not delivered"
    FAILED = "failed", "Not delivered"
    UNCONFIRMED = "unconfirmed", "Not known"
    UNKNOWN = "unknown", "Not known"
    REJECTED = "rejected", "Not sent: refused"
    SUPPRESSED = "suppressed", "Not sent: opted out"
    EXPIRED = "expired", "Not sent: too late or no longer true"
    CANCELLED = "cancelled", "Not sent: withdrawn"
    ABANDONED = "abandoned", "May or may not have arrived"


#: Never overwritten once reached.
FINAL = (
    MessageState.DELIVERED,
    MessageState.UNDELIVERED,
    MessageState.FAILED,
    MessageState.REJECTED,
    MessageState.SUPPRESSED,
    MessageState.EXPIRED,
    MessageState.CANCELLED,
)
#: The person surely did not get it.
NEVER_WENT = (MessageState.REJECTED, MessageState.SUPPRESSED, MessageState.EXPIRED, MessageState.CANCELLED)
#: The provider has it: the person got it, as far as we know.
WENT = (MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.UNCONFIRMED)


class LineHealth(models.TextChoices):
    """What is known of a number."""

    GOOD = "good", "Good"
    DOUBTFUL = "doubtful", "Doubtful"
    BAD = "bad", "Does not work"
    NOT_MOBILE = "not_mobile", "Takes no texts"
