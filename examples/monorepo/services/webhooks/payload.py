"""What partners receive; its JSON schema is a promise."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Payload(BaseModel):
    model_config = ConfigDict(frozen=True)

    version: Literal[1] = 1
    event: Literal["departed", "arrived", "delayed"]
    shipment: str
    port: str
    time: datetime


def read_payloads(lines: list[str]) -> list[Payload]:
    return [Payload.model_validate_json(line) for line in lines if line.strip()]
