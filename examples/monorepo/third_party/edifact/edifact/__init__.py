"""A reader of UN/EDIFACT interchanges."""

from .message import Message, ParseError, parse_interchange

__all__ = ["Message", "ParseError", "parse_interchange"]
