"""Reaching people: events, contacts, texts."""

from outreach.models.contact import Contact
from outreach.models.event import Event, EventStaff
from outreach.models.message import Fact, Message, MessageEvent, PhoneLine, Template

__all__ = ["Contact", "Event", "EventStaff", "Fact", "Message", "MessageEvent", "PhoneLine", "Template"]
