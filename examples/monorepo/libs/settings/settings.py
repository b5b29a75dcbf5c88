"""The settings of a service, read from its environment and checked once at start."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from libs.base.errors import InvalidInput

PREFIX = "HARBOR_"


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    rates_url: str = Field(default="https://rates.harbor.example", pattern="^https?://")
    timeout_seconds: float = Field(default=5.0, gt=0)
    retries: int = Field(default=3, ge=0, le=10)

    @property
    def timeout(self) -> timedelta:
        return timedelta(seconds=self.timeout_seconds)


def read_settings(environment: Mapping[str, str]) -> Settings:
    values = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX)
    }
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        fields = [".".join(map(str, problem["loc"])) for problem in error.errors()]
        raise InvalidInput("bad settings", fields=fields) from error
