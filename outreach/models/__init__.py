"""Reaching people: events, contacts, texts."""

from outreach.models.contact import Contact
from outreach.models.event import Event, EventStaff
from outreach.models.message import DemoText, Fact, Message, MessageEvent, PhoneLine, Template

__all__ = ["Contact", "DemoText", "Event", "EventStaff", "Fact", "Message", "MessageEvent", "PhoneLine", "Template"]
